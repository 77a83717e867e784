/** Puts a file in the place of each word that stands for a certificate, as the agent's script does (svc-monitor recordings 35, 51 and 56). */
export function withCertificateFiles(text: string, file: string): string {
  const lines = text.split('\n').filter((line) => line.includes('ssl crt'));
  const words = lines.flatMap((line) => line.split(' ').filter((word) => word.startsWith('crt__')));
  // The longest first: one can begin with another.
  const inOrder = [...new Set(words)].toSorted((one, other) => other.length - one.length);
  const replaced = inOrder.reduce((sofar, word) => sofar.replaceAll(word, `crt ${file}`), text);
  return replaced.replaceAll('crt haproxy_ssl_cert_path', `crt ${file}`);
}

/** The addresses and ports that a text binds, each once. */
export function boundIn(text: string): readonly string[] {
  const binds = text.split('\n').map(wordsOf);
  return [...new Set(binds.flatMap(([first, address = '']) => (first === 'bind' ? [address] : [])))];
}

const notHere = ['daemon', 'user', 'group', 'log', 'ulimit-n', 'chroot', 'pidfile'];
const sections = ['global', 'defaults', 'frontend', 'backend', 'listen'];

/**
 * A text for loopback: what is bound is bound there, members are where they are said to be. What wants another user, a log, a folder that is
 * not there or more files than the machine gives is left out.
 */
export function onLoopback(
  text: string,
  place: {
    readonly ports: ReadonlyMap<string, number>;
    readonly members: ReadonlyMap<string, string>;
  },
): string {
  let section = '';
  const lines = text.split('\n').flatMap((line) => {
    const [first = '', second = '', third = '', ...rest] = wordsOf(line);
    if (sections.includes(first) && !/^\s/.test(line)) section = first;
    if (first === 'log' || (section === 'global' && notHere.includes(first))) return [];
    // Twice as many files and more: the machine of a test need not give them.
    if (section === 'global' && first === 'maxconn') return [`\tmaxconn ${Math.min(Number(second), 500)}`];
    if (section === 'global' && first === 'stats') return [];
    const port = place.ports.get(second);
    if (first === 'bind' && port !== undefined) return [`\tbind 127.0.0.1:${port} ${[third, ...rest].join(' ')}`];
    const member = place.members.get(third);
    if (first === 'server' && member !== undefined) return [`\tserver ${second} ${member} ${rest.join(' ')}`];
    return [line];
  });
  return lines.join('\n');
}

function wordsOf(line: string): readonly string[] {
  return line.trim().split(/\s+/);
}
