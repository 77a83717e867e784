/** How haproxy looks at what passes. */
export type Mode = 'tcp' | 'http';

const ofVersion1: ReadonlyMap<string, Mode> = new Map([
  ['TCP', 'tcp'],
  ['HTTP', 'http'],
  ['HTTPS', 'http'],
  ['TERMINATED_HTTPS', 'http'],
]);

const ofVersion2: ReadonlyMap<string, Mode> = new Map([...ofVersion1, ['HTTPS', 'tcp']]);

/** The mode of a protocol; undefined: haproxy does not serve it, as UDP. */
export function modeOf(version: 'v1' | 'v2', protocol: string | undefined): Mode | undefined {
  return (version === 'v1' ? ofVersion1 : ofVersion2).get(protocol ?? '');
}
