import { isObject } from './tokenizer-settings.ts';

/** Tokens of a `vocab.txt` by id, as transformers reads it: the id is the line; of a token that stands twice the last line holds, blanks behind it do not count. @param notes gets what is odd, a sentence part each */
export function vocabularyOfLines(lines: readonly string[], notes: string[]): Map<string, number> {
  const vocabulary = new Map<string, number>();
  const counts = { blank: 0, repeated: 0, trailing: 0 };
  const first: Partial<Record<keyof typeof counts, number>> = {};
  const note = (kind: keyof typeof counts, line: number) => {
    counts[kind]++;
    first[kind] ??= line + 1;
  };
  for (const [id, line] of lines.entries()) {
    const trimmed = line.trimEnd();
    // A token that is nothing but a blank (U+2028) is one that no text has.
    const token = trimmed === '' ? line : trimmed;
    if (line === '') note('blank', id);
    else if (token !== line) note('trailing', id);
    if (line !== '' && vocabulary.has(token)) note('repeated', id);
    vocabulary.set(token, id);
  }
  const words = {
    blank: 'blank lines, which keep their ids',
    repeated: 'tokens that stand twice, of which the last line holds',
    trailing: 'tokens with blanks behind them, which are left out',
  };
  for (const kind of ['blank', 'repeated', 'trailing'] as const)
    if (counts[kind] > 0) notes.push(`vocab.txt has ${counts[kind]} ${words[kind]} (the first on line ${first[kind]})`);
  return vocabulary;
}

/** The vocabulary of a `tokenizer.json`'s model, by token: of a list (Unigram) the place is the id. */
export function vocabularyOfModel(model: unknown): Map<string, number> {
  const vocab = isObject(model) ? model.vocab : undefined;
  if (Array.isArray(vocab))
    return new Map(vocab.map((item, id) => [String(Array.isArray(item) ? item[0] : item), id] as const));
  return new Map(isObject(vocab) ? Object.entries(vocab).map(([token, id]) => [token, Number(id)] as const) : []);
}
