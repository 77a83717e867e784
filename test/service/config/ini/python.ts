import { execFileSync, spawnSync } from 'node:child_process';

/** What Python makes of files: by section and option the raw value and the one that is handed out; undefined if it refuses them. */
export type PythonReading =
  Readonly<Record<string, Readonly<Record<string, readonly [raw: string, value: string | null]>>>> | undefined;

const program = `
import configparser, io, json, sys
results = []
for texts in json.load(sys.stdin):
    parser = configparser.ConfigParser(strict=False)
    try:
        for text in texts:
            parser.read_file(io.TextIOWrapper(io.BytesIO(text.encode('utf-8')), encoding='utf-8'))
    except configparser.Error:
        results.append(None)
        continue
    sections = {}
    for section in parser.sections():
        options = {}
        for option, raw in parser.items(section, raw=True):
            try:
                value = parser.get(section, option)
            except configparser.Error:
                value = None
            options[option] = [raw, value]
        sections[section] = options
    results.append(sections)
json.dump(results, sys.stdout)
`;

/** Whether there is a Python to compare with. */
export function hasPython(): boolean {
  return spawnSync('python3', ['-c', 'import configparser']).status === 0;
}

/** What Python's own parser makes of each list of files. */
export function readByPython(cases: readonly (readonly string[])[]): readonly PythonReading[] {
  const output = execFileSync('python3', ['-c', program], { input: JSON.stringify(cases), maxBuffer: 100_000_000 });
  const results = JSON.parse(output.toString()) as readonly (Exclude<PythonReading, undefined> | null)[];
  return results.map((result) => result ?? undefined);
}
