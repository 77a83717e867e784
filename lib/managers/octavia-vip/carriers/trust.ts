/** The project that a port belongs to, as the API server tells: who makes a port cannot choose it. */
export interface PortProject {
  readonly uuid: string;
  /** `<domain>:<project>`; undefined if it has no such name. */
  readonly name?: string;
}

// What the service calls it: that is where an operator looks for it.
const setting = 'rules.amphora_projects';

/**
 * Whether the ports of a project count as amphorae where anybody may make ports.
 *
 * | the list has | admits |
 * |---|---|
 * | a uuid, with dashes or without, as Keystone writes it | the project with that uuid |
 * | `domain:name` | the project of that name |
 * | a bare name | the project of that name in the default domain |
 * | anything | never a port that belongs to no project |
 */
export function isTrustedProject(project: PortProject | undefined, trusted: readonly string[]): boolean {
  if (project === undefined) return false;
  return trusted.some(
    (entry) =>
      entry === project.name ||
      `default-domain:${entry}` === project.name ||
      entry.replaceAll('-', '') === project.uuid.replaceAll('-', ''),
  );
}

/** Why ports of a project are not trusted, and what would admit them: the same words wherever it is said. */
export function describeDistrust(project: PortProject | undefined): string {
  if (project === undefined) return 'it belongs to no project, and nothing can admit it';
  return `project ${describeProject(project)} is not in ${setting}; if it is Octavia's own, add ${project.uuid} there`;
}

/** A project by name and uuid, as far as they are known. */
export function describeProject({ uuid, name }: PortProject): string {
  return name === undefined ? uuid : `${name} (${uuid})`;
}
