/** One instruction of a Containerfile. */
export interface Instruction {
  /** In capitals: `COPY`. */
  readonly name: string;
  /** What follows, on one line. */
  readonly text: string;
}

/** A stage: what stands from one FROM to the next. */
export interface Stage {
  readonly image: string;
  /** After AS; undefined if it has none. */
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** A copy of files. */
export interface Copy {
  /** The stage from which; undefined: from the folder that is built. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
}

/** The instructions of a Containerfile, without comments, continued lines joined. */
export function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  return [...lines.matchAll(/^\s*([A-Za-z]+)\s+(.*)$/gm)].map(([, name = '', rest = '']) => ({
    name: name.toUpperCase(),
    text: rest.trim(),
  }));
}

/** Its stages, in their order. */
export function stagesOf(text: string): readonly Stage[] {
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      const [image = '', as, name] = instruction.text.split(/\s+/);
      stages.push({ image, name: as === undefined ? undefined : name, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** What the COPY instructions of a stage copy. */
export function copiesOf({ instructions }: Stage): readonly Copy[] {
  return instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ text }) => {
      const words = text.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      return { from, sources: words.filter((word) => !word.startsWith('--')).slice(0, -1) };
    });
}

/** The command of an instruction that has one in the form of a list: ENTRYPOINT, CMD, HEALTHCHECK. */
export function commandOf({ instructions }: Stage, name: string): readonly string[] {
  const text = instructions.findLast((instruction) => instruction.name === name)?.text ?? '[]';
  return JSON.parse(text.slice(text.indexOf('['))) as readonly string[];
}
