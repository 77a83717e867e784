/** A server that is connected to, as its operator knows it. */
export interface Peer {
  /** In the middle of a sentence: `the broker`. */
  readonly name: string;
  /** The keys of the settings that say how it is reached. */
  readonly settings: {
    /** Host and port. */
    readonly address: string;
    /** Where TLS is switched on or off: a key of its own, or the one of the URL. */
    readonly tls: string;
    /** Certificates to trust. */
    readonly ca: string;
    /** Client certificate. */
    readonly certificate: string;
    /** The name that its certificate has to be for, where that can be set. */
    readonly serverName?: string;
  };
  /** How TLS is switched on and off, in words. */
  readonly switchTls: { readonly on: string; readonly off: string };
}

const byUrl = (key: string): Peer['switchTls'] => ({
  on: `set https:// in ${key}`,
  off: `set http:// in ${key}`,
});

const byFlag = (key: string): Peer['switchTls'] => ({ on: `set ${key} to true`, off: `set ${key} to false` });

/** Those that the monitor and the relay connect to. */
export const peers = {
  configApi: {
    name: 'the config API server',
    settings: {
      address: 'config_api.urls',
      tls: 'config_api.urls',
      ca: 'config_api.tls.ca_file',
      certificate: 'config_api.tls.cert_file',
    },
    switchTls: byUrl('config_api.urls'),
  },
  keystone: {
    name: 'Keystone',
    settings: {
      address: 'auth.url',
      tls: 'auth.url',
      ca: 'auth.tls.ca_file',
      certificate: 'auth.tls.cert_file',
    },
    switchTls: byUrl('auth.url'),
  },
  rabbitmq: {
    name: 'the broker',
    settings: {
      address: 'rabbitmq.hosts',
      tls: 'rabbitmq.tls.enabled',
      ca: 'rabbitmq.tls.ca_file',
      certificate: 'rabbitmq.tls.cert_file',
      serverName: 'rabbitmq.tls.server_name',
    },
    switchTls: byFlag('rabbitmq.tls.enabled'),
  },
  kafka: {
    name: 'the broker',
    settings: {
      address: 'kafka.brokers',
      tls: 'kafka.tls.enabled',
      ca: 'kafka.tls.ca_file',
      certificate: 'kafka.tls.cert_file',
    },
    switchTls: byFlag('kafka.tls.enabled'),
  },
} as const satisfies Readonly<Record<string, Peer>>;
