/** The form of an option's value in the original's files. */
export interface OptionType<T> {
  /** A secret is shown nowhere. */
  readonly isSecret: boolean;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** The value of a text that is not empty; undefined if it is none of this form. */
  readonly parse: (text: string) => T | undefined;
}

/** One line of text. */
export function text(allowed = 'one line of text'): OptionType<string> {
  return { isSecret: false, allowed, parse: (value) => (isOneLine(value) ? value : undefined) };
}

/** A text that is shown nowhere. */
export function secret(): OptionType<string> {
  return { ...text(), isSecret: true };
}

/** The path of a file. */
export function path(): OptionType<string> {
  return text('the path of a file');
}

/** What Python's `getboolean` takes. */
export function flag(): OptionType<boolean> {
  const words = new Map([
    ...['1', 'yes', 'true', 'on'].map((word) => [word, true] as const),
    ...['0', 'no', 'false', 'off'].map((word) => [word, false] as const),
  ]);
  return { isSecret: false, allowed: 'True or False', parse: (value) => words.get(value.toLowerCase()) };
}

/** A whole number. */
export function number(minimum: number, maximum: number): OptionType<number> {
  return {
    isSecret: false,
    allowed: `a whole number from ${minimum} to ${maximum}`,
    parse: (value) => {
      const parsed = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
      return parsed >= minimum && parsed <= maximum ? parsed : undefined;
    },
  };
}

/** One of a few words, and what it stands for. Capitals do not count. */
export function words<T>(table: Readonly<Record<string, T>>): OptionType<T> {
  const values = new Map(Object.entries(table).map(([word, value]) => [word.toLowerCase(), value]));
  return { isSecret: false, allowed: Object.keys(table).join(', '), parse: (value) => values.get(value.toLowerCase()) };
}

const plainHost = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)$/i;
const bareIpv6 = /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*$/i;

/** Names or addresses of hosts with commas or spaces between them, without ports. IPv6 addresses come out in brackets. */
export function hosts(): OptionType<readonly string[]> {
  const parseHost = (host: string): string | undefined => {
    if (plainHost.test(host)) return host;
    return bareIpv6.test(host) ? `[${host}]` : undefined;
  };
  return {
    isSecret: false,
    allowed: 'hosts without ports, with commas or spaces between them',
    parse: (value) => parseList(value, parseHost),
  };
}

const hostAndPort = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?<port>\d{1,5}))?$/i;

/** Hosts with commas or spaces between them, each with a port or without. */
export function servers(): OptionType<readonly string[]> {
  return {
    isSecret: false,
    allowed: 'hosts, each as host or host:port, with commas or spaces between them',
    parse: (value) => parseList(value, parseServer),
  };
}

/** A broker of `rabbit_server`. */
export interface RabbitServer {
  readonly host: string;
  readonly user?: string;
  readonly password?: string;
}

/** Hosts as in {@link servers}, each of which may have a login before an `@`. */
export function rabbitServers(): OptionType<readonly RabbitServer[]> {
  const parseBroker = (entry: string): RabbitServer | undefined => {
    const at = entry.lastIndexOf('@');
    const host = parseServer(entry.slice(at + 1));
    if (host === undefined) return undefined;
    if (at === -1) return { host };
    const [user = '', ...password] = entry.slice(0, at).split(':');
    return {
      host,
      ...(user === '' ? {} : { user }),
      ...(password.length === 0 ? {} : { password: password.join(':') }),
    };
  };
  return {
    isSecret: false,
    allowed:
      'hosts, each as host, host:port or user:password@host:port, with commas or spaces between them; one login for all',
    parse: (value) => {
      const brokers = parseList(value, parseBroker);
      const logins = new Set(brokers?.map(({ user, password }) => JSON.stringify([user, password])));
      return logins.size > 1 ? undefined : brokers;
    },
  };
}

function parseServer(entry: string): string | undefined {
  const match = hostAndPort.exec(entry);
  if (match === null) return bareIpv6.test(entry) ? entry : undefined;
  const port = Number(match.groups?.['port'] ?? 1);
  return port >= 1 && port <= 65535 ? entry : undefined;
}

function parseList<T>(value: string, parse: (entry: string) => T | undefined): readonly T[] | undefined {
  const entries = value.split(/[,\s]+/).filter((entry) => entry !== '');
  const parsed = entries.map(parse).filter((entry) => entry !== undefined);
  return parsed.length === entries.length && parsed.length > 0 && parsed.length <= 100 ? parsed : undefined;
}

function isOneLine(value: string): boolean {
  return !/[\r\n\0]/.test(value);
}
