/** INI files by the rules of Python's `configparser`, which the original svc-monitor reads its files with. */
export {
  defaultSection,
  documentOf,
  optionsOf,
  type IniDocument,
  type IniEntry,
  type PlacedEntry,
} from './document.js';
export { interpolate, type Interpolated } from './interpolate.js';
export { parseIni, type IniMistake, type ParsedIni } from './parse.js';
