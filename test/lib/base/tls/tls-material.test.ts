import { expect } from 'chai';
import { tlsProblemOf } from '../../../../lib/base/tls/index.js';
import { CertificateAuthority, type Certificate } from '../../../support/certificate-authority.js';

describe('tlsProblemOf', () => {
  let authority: CertificateAuthority;
  let one: Certificate;
  let other: Certificate;

  before(async () => {
    authority = await CertificateAuthority.create();
    [one, other] = [await authority.issue('DNS:one'), await authority.issue('DNS:other')];
  });

  after(() => authority.remove());

  it('should find nothing wrong with nothing, certificates to trust, a pair, and a bundle', () => {
    expect(tlsProblemOf({})).to.equal(undefined);
    expect(tlsProblemOf({ ca: authority.cert })).to.equal(undefined);
    expect(tlsProblemOf({ ca: `# two\n${authority.cert}\n${one.cert}`, ...one })).to.equal(undefined);
    expect(tlsProblemOf({ cert: `${one.cert}${authority.cert}`, key: one.key })).to.equal(undefined);
  });

  it('should find a file that is no PEM, or only a part of one', () => {
    expect(tlsProblemOf({ ca: 'hush' })).to.deep.equal({ part: 'ca', problem: 'there is no certificate in PEM in it' });
    expect(tlsProblemOf({ ca: ' \n' })).to.deep.equal({ part: 'ca', problem: 'the file is empty' });
    expect(tlsProblemOf({ ca: authority.cert.slice(0, 200) })?.part).to.equal('ca');
    expect(tlsProblemOf({ ca: `${authority.cert}${one.cert.slice(0, 300)}` })?.part).to.equal('ca');
    expect(tlsProblemOf({ ...one, cert: one.key })?.part).to.equal('cert');
    expect(tlsProblemOf({ ...one, key: one.cert })?.part).to.equal('key');
    for (let length = 0; length < one.key.length - 30; length += 20) {
      expect(tlsProblemOf({ ...one, key: one.key.slice(0, length) })?.part, String(length)).to.equal('key');
    }
  });

  it('should find halves of two pairs', () => {
    expect(tlsProblemOf({ cert: one.cert, key: other.key })).to.deep.equal({
      part: 'key',
      problem: 'it is not the key of the certificate',
    });
  });
});
