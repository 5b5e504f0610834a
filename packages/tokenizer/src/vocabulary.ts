import { checkTexts, whatIs } from '@cloze/checks';

/** Ids of the tokens with a role. */
export interface SpecialIds {
  readonly pad: number;
  readonly unknown: number;
  readonly classify: number;
  readonly separate: number;
  readonly mask: number;
}

/** Tokens and their numbers. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly special: SpecialIds;
}

/** Refuses what is no vocabulary, a list of tokens say. @throws {TypeError} naming the function and what it got */
export function checkVocabulary(where: string, given: Vocabulary): void {
  const { tokens, idOf, special }: Partial<Vocabulary> = given ?? {};
  if (Array.isArray(tokens) && idOf instanceof Map && typeof special === 'object') return;
  throw new TypeError(`${where}: expected a vocabulary, as vocabularyFrom makes one, got ${whatIs(given)}.`);
}

/** The tokens with a role, in the order a new vocabulary starts with. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

/**
 * A vocabulary from `vocab.txt`'s lines, the id of a token being its line.
 *
 * @param special the tokens for padding, unknown words, beginning, end and mask, default {@link specialTokens}
 * @throws {RangeError} listing every duplicate, empty line and missing special token
 */
export function vocabularyFrom(
  tokens: readonly string[],
  special: readonly [pad: string, unknown: string, classify: string, separate: string, mask: string] = specialTokens,
): Vocabulary {
  checkTexts('vocabularyFrom', tokens);
  const idOf = new Map<string, number>();
  const problems: string[] = [];
  for (const [id, token] of tokens.entries()) {
    const before = idOf.get(token);
    if (token === '') problems.push(`line ${id + 1} is empty`);
    else if (before !== undefined) problems.push(`'${token}' stands on line ${before + 1} and line ${id + 1}`);
    else idOf.set(token, id);
  }
  for (const token of special) if (!idOf.has(token)) problems.push(`'${token}' is missing`);
  if (problems.length > 0)
    throw new RangeError(
      `vocabularyFrom: ${problems.slice(0, 20).join('; ')}${problems.length > 20 ? `; and ${problems.length - 20} more` : ''}.`,
    );
  const [pad, unknown, classify, separate, mask] = special.map((token) => idOf.get(token) as number);
  return { tokens, idOf, special: { pad, unknown, classify, separate, mask } as SpecialIds };
}
