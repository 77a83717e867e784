/** How a run is made. */
export interface BenchSettings {
  /** Smaller sizes and shorter times: a minute, one and a half with brokers. */
  readonly quick: boolean;
  /** Of each request to the config API. Milliseconds. */
  readonly latencyMs: number;
  /** A RabbitMQ broker, if there is one. */
  readonly rabbitmqUrl?: string;
  /** Kafka brokers, if there are any; `host:port` each. */
  readonly kafkaBrokers?: readonly string[];
  /** Servers of a ZooKeeper ensemble, if there is one; `host:port` each. */
  readonly zookeeperHosts?: readonly string[];
  /** Where to put profiles of the measured processes, if they are wanted. */
  readonly profileFolder?: string;
}
