/** A broker, and where on it the messages of a subject go. */
export type BrokerTarget =
  | { readonly kind: 'rabbitmq'; readonly url: string; readonly exchange: string }
  | { readonly kind: 'kafka'; readonly brokers: readonly string[]; readonly topic: string };
