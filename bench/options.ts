import { Command } from 'commander';

/** What the bench was asked for. */
export interface BenchOptions {
  readonly quick: boolean;
  /** Fail when a figure is worse than its threshold. */
  readonly check: boolean;
  /** Names of the subjects to run; empty: all. */
  readonly only: readonly string[];
  /** Print the table as Markdown. */
  readonly markdown: boolean;
  /** A file for all figures. */
  readonly json?: string;
  /** A folder for profiles of the measured processes. */
  readonly profile?: string;
  /** A RabbitMQ broker. */
  readonly rabbitmq?: string;
  /** Kafka brokers. */
  readonly kafka?: string;
  /** Servers of a ZooKeeper ensemble. */
  readonly zookeeper?: string;
}

/** Parses the command line; throws commander's own error, after it has printed what is wrong. */
export function parseOptions(args: readonly string[], names: readonly string[]): BenchOptions {
  const collect = (name: string, former: readonly string[]): readonly string[] => [...former, name];
  const command = new Command('bench')
    .description('Measures how fast the monitor is, against an embedded OpenSDN, each figure beside a baseline.')
    .option('--quick', 'smaller sizes and shorter times: a minute, one and a half with brokers', false)
    .option('--check', 'exit with 1 when a figure is worse than its threshold in bench/thresholds.ts', false)
    .option('--only <name>', `one subject; may be given several times: ${names.join(', ')}`, collect, [])
    .option('--markdown', 'print the table as Markdown', false)
    .option('--json <file>', 'write all figures, the machine and the settings to this file')
    .option('--profile <folder>', 'put processor profiles of the measured processes there')
    .option('--rabbitmq <url>', 'a RabbitMQ broker; else RABBITMQ_URL of the environment')
    .option('--kafka <brokers>', 'Kafka brokers, host:port, separated by commas; else KAFKA_BROKERS of the environment')
    .option('--zookeeper <hosts>', 'ZooKeeper servers, host:port, separated by commas; else ZOOKEEPER_HOSTS')
    .exitOverride()
    .parse(args, { from: 'user' });
  const options = command.opts<BenchOptions>();
  const unknown = options.only.filter((name) => !names.includes(name));
  if (unknown.length > 0) command.error(`error: there is no subject ${unknown.join(', ')}`);
  return options;
}
