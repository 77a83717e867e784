import {
  type ManualClock,
  SvcMonitorError,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
} from '../../../../lib/index.js';

/** What a {@link KeystoneModel} does with a login. */
export type KeystoneMood = 'up' | 'down' | 'hangs' | 'refuses';

/** A Keystone whose clock is not ours, and an API server that goes by its tokens; as plain functions, on a clock that a test steps. */
export class KeystoneModel implements HttpTransport {
  public mood: KeystoneMood = 'up';
  public lifetimeMs = 3_600_000;
  /** How far its clock is before ours. Milliseconds. */
  public aheadMs = 0;
  /** When logins have come, by the monotonic clock. */
  public readonly logins: number[] = [];
  public readonly requests: HttpRequest[] = [];
  private readonly ends = new Map<string, number>();

  public constructor(
    private readonly clock: ManualClock,
    private readonly version: 'v3' | 'v2' = 'v3',
  ) {}

  public send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    this.logins.push(this.clock.monotonic());
    this.requests.push(request);
    switch (this.mood) {
      case 'up':
        return Promise.resolve(this.answer());
      case 'refuses':
        return Promise.resolve({ status: 401, headers: {}, body: '{"error": {"message": "No."}}' });
      case 'down':
        return Promise.reject(new SvcMonitorError('unavailable', 'refused', { details: { reason: 'ECONNREFUSED' } }));
      case 'hangs':
        return new Promise((_resolve, reject) => {
          AbortSignal.any([signal]).onabort = () => {
            reject(new SvcMonitorError('aborted', 'called off'));
          };
        });
    }
  }

  public close(): void {
    this.mood = 'down';
  }

  /** Whether the API server takes the token now. */
  public isGood(token: string | undefined): boolean {
    return (this.ends.get(token ?? '') ?? -Infinity) > this.clock.monotonic();
  }

  /** All tokens end now. */
  public revoke(): void {
    this.ends.clear();
  }

  private answer(): HttpResponse {
    const token = `token-${this.logins.length}`;
    this.ends.set(token, this.clock.monotonic() + this.lifetimeMs);
    const issuedAt = this.clock.now() + this.aheadMs;
    const times = { issued_at: timeOf(issuedAt) };
    const end = timeOf(issuedAt + this.lifetimeMs);
    return this.version === 'v3'
      ? {
          status: 201,
          headers: { 'x-subject-token': token },
          body: JSON.stringify({ token: { ...times, expires_at: end } }),
        }
      : {
          status: 200,
          headers: {},
          body: JSON.stringify({ access: { token: { ...times, id: token, expires: end } } }),
        };
  }
}

// Microseconds, as Keystone writes them.
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
