import {
  tlsProblemOf,
  type Clock,
  type ConfigApiAuth,
  type Live,
  type Logger,
  type MaybeLive,
  type Timer,
  type TlsMaterial,
} from '../../lib/index.js';
import {
  contentOf,
  tlsFilesOf,
  type FileKey,
  type FilePaths,
  type ServiceConfig,
  type TlsSection,
} from '../config/index.js';
import { FileGroup, type FileProblem, type Parsed } from './file-group.js';

const lookEveryMs = 5_000;

/** What {@link ServiceFiles} are made with. */
export interface ServiceFilesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

type TlsPart = 'ca' | 'cert' | 'key';

interface Watched {
  look(): Promise<void>;
  refresh(): Promise<void>;
  problem(): FileProblem | undefined;
}

/**
 * The files that hold certificates, passwords and the token, for as long as the service runs. They are looked at every 5 s: a file that is replaced
 * counts for what is connected, or logged in, from then on. One that cannot be used is a problem, and its former content goes on counting.
 */
export class ServiceFiles {
  /** The configuration with what the files hold now in the place of what they held at the start. */
  public readonly config: ServiceConfig;
  private readonly groups: Watched[] = [];
  private readonly options: ServiceFilesOptions;
  private readonly paths: FilePaths;
  private timer: Timer | undefined;
  private stopped = false;

  public constructor(config: ServiceConfig, options: ServiceFilesOptions) {
    const { configApi, rabbitmq, kafka } = config;
    this.options = { ...options, logger: options.logger.child({ component: 'files' }) };
    this.paths = config.files;
    this.config = {
      ...config,
      configApi: { ...configApi, auth: this.auth(configApi.auth), ...this.tls('config_api', configApi.tls) },
      rabbitmq: {
        ...rabbitmq,
        password: this.secret('rabbitmq.password_file', rabbitmq.password),
        ...this.tls('rabbitmq', rabbitmq.tls),
      },
      kafka: { ...kafka, connection: this.kafka(kafka.connection) },
    };
  }

  /** Begins to look. */
  public start(): void {
    if (this.groups.length > 0 && this.timer === undefined && !this.stopped) this.schedule();
  }

  /** Ends it. May be called twice. */
  public stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  /** Looks at all files at once, as on SIGHUP. Resolves with what is wrong with them; never rejects. */
  public async reload(): Promise<readonly FileProblem[]> {
    await Promise.all(this.groups.map((group) => group.refresh()));
    return this.problems();
  }

  /** What is wrong with them now. */
  public problems(): readonly FileProblem[] {
    return this.groups.flatMap((group) => group.problem() ?? []);
  }

  private schedule(): void {
    this.timer = this.options.clock.schedule(lookEveryMs, () => {
      void this.lookAtAll();
    });
  }

  private async lookAtAll(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.look()));
    if (!this.stopped) this.schedule();
  }

  private auth(auth: ConfigApiAuth): ConfigApiAuth {
    switch (auth.mode) {
      case 'none':
        return auth;
      case 'token':
        return { ...auth, token: this.secret('auth.token_file', auth.token) };
      case 'keystone': {
        const password = this.secret('auth.password_file', auth.password);
        return { ...auth, password, ...this.tls('auth', auth.tls) };
      }
    }
  }

  private kafka(connection: ServiceConfig['kafka']['connection']): ServiceConfig['kafka']['connection'] {
    const { tls, sasl } = connection;
    return {
      ...connection,
      ...(typeof tls === 'object' ? this.tls('kafka', tls as MaybeLive<TlsMaterial>) : {}),
      ...(sasl === undefined
        ? {}
        : { sasl: { ...sasl, password: this.secret('kafka.sasl.password_file', sasl.password) } }),
    };
  }

  private tls(
    section: TlsSection,
    given: MaybeLive<TlsMaterial> | undefined,
  ): { readonly tls?: MaybeLive<TlsMaterial> } {
    const parts = Object.entries(tlsFilesOf(section, this.paths)) as [TlsPart, FileKey][];
    if (given === undefined || 'current' in given || parts.length === 0) return {};
    return {
      tls: this.watch({
        keys: parts.map(([, key]) => key),
        initial: given,
        parse: (texts) => materialOf(given, parts, texts),
      }),
    };
  }

  private secret(key: FileKey, given: MaybeLive<string>): MaybeLive<string> {
    if (this.paths[key] === undefined || typeof given !== 'string') return given;
    return this.watch({ keys: [key], initial: given, parse: (texts) => secretOf(key, texts) });
  }

  private watch<T>(group: {
    readonly keys: readonly FileKey[];
    readonly initial: T;
    readonly parse: (texts: Readonly<Record<string, string>>) => Parsed<T>;
  }): Live<T> {
    const { keys, initial, parse } = group;
    const paths = Object.fromEntries(keys.map((key) => [key, this.paths[key] ?? '']));
    const watched = new FileGroup({ paths, initial, parse, ...this.options });
    this.groups.push(watched);
    return watched;
  }
}

function materialOf(
  given: TlsMaterial,
  parts: readonly (readonly [TlsPart, FileKey])[],
  texts: Readonly<Record<string, string>>,
): Parsed<TlsMaterial> {
  const read = Object.fromEntries(parts.map(([part, key]) => [part, texts[key]])) as TlsMaterial;
  const wrong = tlsProblemOf(read);
  if (wrong === undefined) return { value: { ...given, ...read } };
  return { wrong: parts.find(([part]) => part === wrong.part)?.[1] ?? '', problem: wrong.problem };
}

function secretOf(key: FileKey, texts: Readonly<Record<string, string>>): Parsed<string> {
  const value = contentOf(key, texts[key] ?? '');
  if (value === '') return { wrong: key, problem: 'the file is empty' };
  if (/[\r\n]/.test(value)) return { wrong: key, problem: 'it has more than one line' };
  return { value };
}
