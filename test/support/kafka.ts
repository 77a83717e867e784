import { readFileSync } from 'node:fs';
import type { Context } from 'mocha';

const howTo =
  'no Kafka broker: start one with `.ci/kafka start` and set the variables that it prints; `.ci/kafka stop` ends it';

/** A Kafka broker for tests, as `.ci/kafka start` prints it. */
export interface KafkaBroker {
  /** `host:port`, plain. */
  readonly brokers: readonly string[];
  /** The same by TLS, and by TLS with a login. Undefined for a broker of somebody's own, which need not have them. */
  readonly tlsBrokers?: readonly string[];
  readonly saslBrokers?: readonly string[];
  readonly username?: string;
  readonly password?: string;
  /** The certificate (PEM) that signed the broker's. */
  readonly ca?: string;
}

/**
 * The Kafka broker for tests, from `KAFKA_BROKERS` and the variables beside it. Call it inside `before`: without a broker the tests of
 * the suite are pending; under CI, where a broker is part of the job, they fail.
 */
export function kafkaBroker(context: Context): KafkaBroker {
  const broker = kafkaBrokerOf(process.env);
  if (broker !== undefined) return broker;
  if (process.env['CI'] === 'true') throw new Error(howTo);
  return context.skip();
}

/** The broker that these variables describe; undefined if they name none. */
export function kafkaBrokerOf(variables: Readonly<Record<string, string | undefined>>): KafkaBroker | undefined {
  const listOf = (name: string): readonly string[] | undefined => textOf(name)?.split(',');
  const textOf = (name: string): string | undefined => (variables[name] === '' ? undefined : variables[name]);
  const brokers = listOf('KAFKA_BROKERS');
  if (brokers === undefined) return undefined;
  const tlsBrokers = listOf('KAFKA_TLS_BROKERS');
  const saslBrokers = listOf('KAFKA_SASL_BROKERS');
  const username = textOf('KAFKA_USERNAME');
  const password = textOf('KAFKA_PASSWORD');
  const caFile = textOf('KAFKA_CA_FILE');
  return {
    brokers,
    ...(tlsBrokers === undefined ? {} : { tlsBrokers }),
    ...(saslBrokers === undefined ? {} : { saslBrokers }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
  };
}
