/**
 * Suites that every OpenSSL since 1.0.1 has, with the words of a cipher list that stand for them. A list that leaves one of them is taken by
 * OpenSSL; one that leaves none of its suites makes haproxy refuse the whole text.
 */
const suites: readonly (readonly string[])[] = [
  'ECDHE-RSA-AES128-GCM-SHA256 kECDHE kEECDH ECDHE EECDH ECDH aRSA AES128 AES AESGCM TLSv1.2',
  'ECDHE-RSA-AES256-GCM-SHA384 kECDHE kEECDH ECDHE EECDH ECDH aRSA AES256 AES AESGCM TLSv1.2',
  'ECDHE-ECDSA-AES128-GCM-SHA256 kECDHE kEECDH ECDHE EECDH ECDH aECDSA ECDSA AES128 AES AESGCM TLSv1.2',
  'ECDHE-ECDSA-AES256-GCM-SHA384 kECDHE kEECDH ECDHE EECDH ECDH aECDSA ECDSA AES256 AES AESGCM TLSv1.2',
  'DHE-RSA-AES128-GCM-SHA256 kDHE kEDH DHE EDH DH aRSA AES128 AES AESGCM TLSv1.2',
  'DHE-RSA-AES256-GCM-SHA384 kDHE kEDH DHE EDH DH aRSA AES256 AES AESGCM TLSv1.2',
  'AES128-GCM-SHA256 kRSA RSA aRSA AES128 AES AESGCM TLSv1.2',
  'AES256-GCM-SHA384 kRSA RSA aRSA AES256 AES AESGCM TLSv1.2',
  'AES128-SHA kRSA RSA aRSA AES128 AES SHA1 SHA SSLv3',
  'AES256-SHA kRSA RSA aRSA AES256 AES SHA1 SHA SSLv3',
].map((suite) => [...suite.split(' '), 'ALL', 'HIGH', 'DEFAULT']);

/** Words that stand for none of them: they may be taken away without harm. */
const ofNone: ReadonlySet<string> = new Set(
  'aNULL eNULL NULL LOW MEDIUM EXP EXPORT EXPORT40 EXPORT56 MD5 DSS aDSS RC2 RC4 DES 3DES IDEA SEED CAMELLIA CAMELLIA128 CAMELLIA256 ARIA ARIA128 ARIA256 AESCCM AESCCM8 CHACHA20 PSK kPSK aPSK kECDHEPSK kDHEPSK kRSAPSK SRP kSRP aSRP ADH AECDH KRB5 kKRB5 aKRB5 GOST kGOST aGOST kECDH kECDHr kECDHe aECDH kDH kDHr kDHd aDH SSLv2'.split(
    ' ',
  ),
);

const separators = /[:,;]+/;
const command = /^@(?:STRENGTH|SECLEVEL=[0-5])$/;
const element = /^([!+-]?)([A-Za-z0-9][A-Za-z0-9_.-]*(?:\+[A-Za-z0-9][A-Za-z0-9_.-]*)*)$/;

/** Whether OpenSSL takes a cipher list: it is well formed, and a suite that every release has is left in the end. */
export function isCipherList(list: string): boolean {
  const left = new Set<readonly string[]>();
  const banned = new Set<readonly string[]>();
  for (const [index, one] of list.split(separators).entries()) {
    if (one === '' || command.test(one)) continue;
    const [, action = '', names = ''] = element.exec(one) ?? [];
    const words = names.split('+');
    if (names === '' || !isAllowed(action, words, index)) return false;
    for (const suite of suites.filter((each) => words.every((name) => each.includes(name)))) {
      if (action === '!') banned.add(suite);
      if (action === '!' || action === '-') left.delete(suite);
      else if (action === '' && !banned.has(suite)) left.add(suite);
    }
  }
  return left.size > 0;
}

// What is not known here may take away more than it seems to.
function isAllowed(action: string, words: readonly string[], index: number): boolean {
  if (words.some((name) => name.startsWith('SUITEB'))) return false;
  if (words.includes('DEFAULT')) return action === '' && words.length === 1 && index === 0;
  return action === '' || action === '+' || words.every(isKnown);
}

function isKnown(name: string): boolean {
  return name.includes('-') || ofNone.has(name) || suites.some((suite) => suite.includes(name));
}
