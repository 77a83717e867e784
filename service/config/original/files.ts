import { parseIni, type ParsedIni } from '../ini/index.js';
import { isMissing, reasonOf, type ReadTextFile } from '../read-text.js';
import { firstProblems, type ConfigProblem } from '../problems.js';

/** Where the original's client library looks for its file. */
export const vncApiFile = '/etc/contrail/vnc_api_lib.ini';

/** The original's files, as far as they could be read. */
export interface OriginalFiles {
  /** contrail-svc-monitor.conf and contrail-keystone-auth.conf: what `--conf_file` names, but for the client library's file. */
  readonly main: readonly ParsedIni[];
  /** vnc_api_lib.ini, known by its sections. */
  readonly vncApi: readonly ParsedIni[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Reads the files that `--conf_file` names. One that is not there is passed over, as the original does, with a warning. Where none of them
 * is vnc_api_lib.ini, that is read from its usual place.
 */
export function readOriginalFiles(paths: readonly string[], readFile: ReadTextFile): OriginalFiles {
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  const read = (path: string, missing: string): readonly ParsedIni[] => {
    try {
      const parsed = parseIni(readFile(path), path);
      const { mistakes } = parsed;
      problems.push(
        ...firstProblems(
          mistakes,
          ({ line, message }) => ({ key: path, message: `line ${line} ${message}` }),
          { key: path },
          3,
        ),
      );
      return [parsed];
    } catch (error) {
      if (isMissing(error)) warnings.push({ key: path, message: missing });
      else problems.push({ key: path, message: `the file cannot be read: ${reasonOf(error)}` });
      return [];
    }
  };
  const given = paths.flatMap((path) => read(path, 'there is no such file: it is passed over'));
  const [main, vncApi] = [given.filter((file) => !isVncApi(file)), given.filter(isVncApi)];
  if (paths.length === 0 || vncApi.length > 0) return { main, vncApi, problems, warnings };
  const usual = read(vncApiFile, 'there is no such file: how to log in comes from [KEYSTONE] alone');
  return { main, vncApi: usual, problems, warnings };
}

function isVncApi({ sectionNames }: ParsedIni): boolean {
  return sectionNames.includes('global') || sectionNames.includes('auth');
}
