import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate with its key, as PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority for one test, that signs whatever it is asked to. Needs the command `openssl`. */
export class CertificateAuthority {
  private issued = 0;

  private constructor(
    private readonly folder: string,
    /** Its own certificate, PEM. */
    public readonly cert: string,
  ) {}

  /** Makes one, with its files in a temporary folder. */
  public static async create(): Promise<CertificateAuthority> {
    const folder = await mkdtemp(join(tmpdir(), 'svc-monitor-ca-'));
    await openssl(folder, [
      'req',
      '-x509',
      ...newKey('ca.key'),
      '-days',
      '2',
      '-subj',
      '/CN=test authority',
      '-out',
      'ca.pem',
    ]);
    return new CertificateAuthority(folder, await readFile(join(folder, 'ca.pem'), 'utf8'));
  }

  /**
   * Issues a certificate.
   *
   * @param alternativeNames what it is for: `IP:127.0.0.1`, `DNS:broker.example`
   * @param days that it is valid, from now; -1: it has expired
   */
  public async issue(alternativeNames: string, days = 2): Promise<Certificate> {
    this.issued += 1;
    const name = `issued-${this.issued}`;
    await writeFile(join(this.folder, `${name}.ext`), `subjectAltName=${alternativeNames}\n`);
    await openssl(this.folder, ['req', ...newKey(`${name}.key`), '-subj', `/CN=${name}`, '-out', `${name}.csr`]);
    const from = ['-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    const what = ['-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.pem`];
    await openssl(this.folder, ['x509', '-req', ...from, ...what]);
    const read = (ending: string): Promise<string> => readFile(join(this.folder, `${name}.${ending}`), 'utf8');
    return { cert: await read('pem'), key: await read('key') };
  }

  /** Removes its files. */
  public async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function newKey(file: string): readonly string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file];
}

async function openssl(folder: string, args: readonly string[]): Promise<void> {
  await run('openssl', args, { cwd: folder });
}
