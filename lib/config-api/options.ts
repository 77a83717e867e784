import type { MaybeLive } from '../base/live/index.js';
import type { TlsMaterial } from '../base/tls/index.js';

/** How to reach the config API. */
export interface ConfigApiOptions {
  /** Base URLs, such as `http://10.0.0.1:8082`. Several are API servers of one cluster: the next is tried when one cannot be reached. */
  readonly urls: readonly string[];
  /** Time for one request, from connecting to the last byte. Milliseconds; defaults to 5000. */
  readonly requestTimeoutMs?: number;
  /** Time for one page of a list. Milliseconds; defaults to 60000. */
  readonly listTimeoutMs?: number;
  /** How often a request that may be repeated is sent at most. Defaults to 4. */
  readonly attempts?: number;
  /** First delay before a repeat; it doubles each time, with jitter. Milliseconds; defaults to 100. */
  readonly retryDelayMs?: number;
  /** Requests at once. Defaults to 16. */
  readonly concurrency?: number;
  /**
   * Whether connections are reused. Defaults to `auto`: what is measured to be faster, for each server by itself. The stock API server
   * answers 15 times slower on a reused connection (docs/opensdn.md, 5.5); behind a proxy or with TLS it pays.
   */
  readonly keepAlive?: boolean | 'auto';
  /** Credentials. Defaults to none (`aaa_mode=no-auth`). */
  readonly auth?: ConfigApiAuth;
  /** TLS for https URLs. Asked for at each request; new connections go by it. */
  readonly tls?: MaybeLive<TlsMaterial>;
}

/** How to get a token: none, a fixed one, or a password login at Keystone. */
export type ConfigApiAuth =
  | { readonly mode: 'none' }
  | {
      readonly mode: 'token';
      /** Asked for at each request. */
      readonly token: MaybeLive<string>;
    }
  | {
      readonly mode: 'keystone';
      /** The endpoint, such as `http://10.0.0.1:5000/v3` or `http://10.0.0.1:5000/v2.0`. */
      readonly url: string;
      /** Defaults to `auto`: v2 where the path of the URL says so, else v3. */
      readonly apiVersion?: 'auto' | 'v3' | 'v2';
      readonly username: string;
      /** Asked for at each login. */
      readonly password: MaybeLive<string>;
      readonly projectName: string;
      /** Default `default`, for user and project. Version 2 knows no others. */
      readonly userDomain?: string;
      readonly projectDomain?: string;
      /** TLS for Keystone. Defaults to that of the config API. */
      readonly tls?: MaybeLive<TlsMaterial>;
    };
