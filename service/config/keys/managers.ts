import { managers, type Setting } from '../../../lib/index.js';
import { keyInfos, type DefaultValue } from './key.js';

/** The keys of the managers: each says itself what can be set. They are known when the program runs, not when it is compiled. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- none that is known then
export function managerKeys(): {} {
  const tables: readonly Readonly<Record<string, Setting<unknown>>>[] = managers.map(({ settings }) => settings);
  return Object.fromEntries(
    tables.flatMap((table) =>
      Object.values(table).map((setting) => {
        const { key: name, form, allowed, doc, schema, defaultValue } = setting;
        const withDefault = schema.default(defaultValue);
        keyInfos.add(withDefault, { form, allowed, doc, defaultValue: defaultValue as DefaultValue });
        return [name, withDefault] as const;
      }),
    ),
  );
}
