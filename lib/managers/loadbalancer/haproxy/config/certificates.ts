import { certificateWord, word, type Word } from './text.js';

/** How many certificates one line has room for: the agent's script makes two words of each. */
export const mostCertificates = 28;
const longestContainer = 512;

/**
 * The certificates of one text. The agent's script goes through their words from the first to the last, and puts a file in the place of each wherever
 * that stands, within a longer word, too: so none may begin with the whole of one that stands before it, in whatever frontend.
 */
export class Certificates {
  private readonly names = new Set<string>();

  /** @param isOfKubernetes its script takes a name apart, and gives the whole text up if it cannot */
  public constructor(private readonly isOfKubernetes: boolean) {}

  /**
   * The word of a container, by which the script finds its certificate.
   *
   * @returns if it cannot have one, why not
   */
  public wordOf(name: string, others: Iterable<string>): { readonly word: Word } | { readonly reason: string } {
    const own = name.length > longestContainer ? undefined : word(name);
    if (own === undefined) return { reason: 'the name of a container is none that can be written' };
    if (this.isOfKubernetes && name.split('__').length !== 2)
      return { reason: 'the name of a container is not a namespace and a secret' };
    const isWithin = [...this.names, ...others].some((other) => other !== name && name.startsWith(other));
    return isWithin
      ? {
          reason: 'the name of a container begins with the whole name of another, and the agent would take it for that',
        }
      : { word: certificateWord(own) };
  }

  /** These stand in the text from now on. */
  public take(names: Iterable<string>): void {
    for (const name of names) this.names.add(name);
  }
}
