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

/** The tokens with a role, in the order a new vocabulary starts with. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

/** A vocabulary from `vocab.txt`'s lines, the id of a token being its line. @throws listing every duplicate and missing special token */
export function vocabularyFrom(tokens: readonly string[]): Vocabulary {
  const idOf = new Map<string, number>();
  const problems: string[] = [];
  for (const [id, token] of tokens.entries()) {
    const before = idOf.get(token);
    if (before !== undefined) problems.push(`'${token}' stands on line ${before + 1} and line ${id + 1}`);
    else idOf.set(token, id);
  }
  for (const token of specialTokens) if (!idOf.has(token)) problems.push(`'${token}' is missing`);
  if (problems.length > 0)
    throw new RangeError(
      `vocabularyFrom: ${problems.slice(0, 20).join('; ')}${problems.length > 20 ? `; and ${problems.length - 20} more` : ''}.`,
    );
  const at = (token: string) => idOf.get(token) as number;
  return {
    tokens,
    idOf,
    special: {
      pad: at('[PAD]'),
      unknown: at('[UNK]'),
      classify: at('[CLS]'),
      separate: at('[SEP]'),
      mask: at('[MASK]'),
    },
  };
}
