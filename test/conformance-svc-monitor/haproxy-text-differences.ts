/** A text of the original, and ours of the same moment. */
export interface TextPair {
  readonly original: string;
  readonly ours: string;
}

/** A difference from a text of the original that is meant. */
export interface TextDifference {
  readonly name: string;
  readonly reason: string;
  /** Where it is; absent: wherever it turns up. */
  readonly recording?: number;
  /** From 0; only with the recording. */
  readonly steps?: readonly number[];
  /** Makes the two alike, as far as the difference goes. */
  readonly alike: (pair: TextPair) => TextPair;
}

const stale = ({ ours }: TextPair): TextPair => ({ original: ours, ours });

/** What is meant to be otherwise in our texts. */
export const meantDifferencesOfTexts: readonly TextDifference[] = [
  {
    name: 'line-end',
    reason:
      'A listener without pool has no line end in the original: the next frontend is glued to it, and haproxy refuses the text.',
    alike: ({ original, ours }) => ({ original: original.replaceAll(/(?<=[^\n])(?=frontend )/g, '\n'), ours }),
  },
  {
    name: 'http-server-close',
    reason: 'http_server_close never has a line in the original: it compares the text with booleans.',
    alike: ({ original, ours }) => ({
      original,
      ours: ours.replaceAll(/\n\t(no )?option http-server-close(?=\n)/g, ''),
    }),
  },
  {
    name: 'order',
    reason:
      'Listeners, pools, members and expected codes stand in the order of a set in the original, another one after each start.',
    alike: ({ original, ours }) => ({ original: sorted(original), ours: sorted(ours) }),
  },
  {
    name: 'upper-limit',
    reason:
      'The upper limits of custom attributes are allowed; the original takes them for the first value that is not.',
    recording: 39,
    steps: [2],
    alike: ({ original, ours }) => ({
      original,
      ours: ours.replace('maxconn 65535', 'maxconn 65000').replace('client 5000000', 'client 300000'),
    }),
  },
  {
    name: 'last-pool',
    reason: 'Of what several pools say of all the text that counts which the youngest says; in the original any.',
    recording: 39,
    steps: [8],
    alike: ({ original, ours }) => ({ original: original.replace('maxconn 88', 'maxconn 77'), ours }),
  },
  {
    name: 'not-yet-written',
    reason:
      'Before the original starts its service instance has what the recording tells of it: the text that it writes then.',
    recording: 91,
    steps: [0, 1, 2],
    alike: stale,
  },
  {
    name: 'stale-by-tls-container',
    reason: 'The attribute tls_container lets the original make no text at all, until it is gone.',
    recording: 34,
    steps: [9],
    alike: stale,
  },
];

/** The two texts with all meant differences evened out, and which of them there were. */
export function withMeantDifferences({
  recording,
  step,
  ...pair
}: TextPair & { readonly recording: number; readonly step: number }): TextPair & { readonly rows: readonly string[] } {
  const rows: string[] = [];
  let left: TextPair = pair;
  for (const row of meantDifferencesOfTexts) {
    if (left.original === left.ours) break;
    if (row.recording !== undefined && (row.recording !== recording || row.steps?.includes(step) === false)) continue;
    const next = row.alike(left);
    if (next.original !== left.original || next.ours !== left.ours) rows.push(row.name);
    left = next;
  }
  return { ...left, rows };
}

// Sections and servers in the order of their names, codes in that of numbers; all else stays where it is.
function sorted(text: string): string {
  const withCodes = text.replaceAll(/(?<=rstatus )[\d|]+/g, (codes) => codes.split('|').toSorted().join('|'));
  const firstBackend = withCodes.search(/^backend /m);
  if (firstBackend < 0) return withCodes;
  const [common = '', ...frontends] = withCodes.slice(0, firstBackend - 1).split(/^(?=frontend )/m);
  const backends = withCodes.slice(firstBackend).split(/^(?=backend )/m);
  return [common, ...frontends.map(withLineEnd).toSorted(), '\n', ...backends.map(withSortedServers).toSorted()].join(
    '',
  );
}

// The last frontend, of which only an empty line follows where it has a pool.
function withLineEnd(section: string): string {
  return section.endsWith('\n') ? section : `${section}\n`;
}

function withSortedServers(section: string): string {
  return section.replaceAll(/(?:\n\tserver [^\n]+)+/g, (servers) =>
    servers
      .split(/(?=\n)/)
      .toSorted()
      .join(''),
  );
}
