/** What an operator needs besides an error itself; in its details, where it is known. */
export interface Remedy {
  /** The key of the setting to look at, such as `auth.password`. */
  readonly setting?: string;
  /** What the other side answered, in its words, cut and without secrets. */
  readonly answer?: string;
  /** What can be done about it. */
  readonly advice?: string;
}

/** The remedy that the details of an error hold. */
export function remedyOf(details: Readonly<Record<string, unknown>>): Remedy {
  const { setting, answer, advice } = details;
  return {
    ...(typeof setting === 'string' ? { setting } : {}),
    ...(typeof answer === 'string' ? { answer } : {}),
    ...(typeof advice === 'string' ? { advice } : {}),
  };
}
