import type { ClueProblem, ReadRows } from '../clue-task.ts';
import { checkText } from './check-text.ts';

/** Words, here characters, and a tag for each. */
export interface TaggedWords {
  /** Where the sentence begins, from 1. */
  readonly line: number;
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** A character with its place in its word behind it (Weibo's). */
const placed = /^(.)\d$/su;

/**
 * Reads sentences of CoNLL's layout, BIO or BMES: a line a character, the tag in the last column behind a blank or tab, an empty line between
 * sentences, which are what `lines` counts. Lines `-DOCSTART-` are no sentence.
 *
 * A line without a tag, or a word that is no sound text, makes its sentence a problem. Where every word of a file is a character with a digit behind it,
 * its place in a word, the digits are taken off.
 */
export function readTaggedLines(text: string, file: string): ReadRows<TaggedWords> {
  const rows: TaggedWords[] = [];
  const problems: ClueProblem[] = [];
  let own: { line: number; words: string[]; tags: string[]; wrong: string[] } | undefined;
  const close = () => {
    if (own && own.wrong.length > 0) problems.push({ file, line: own.line, reason: own.wrong.join('; ') });
    else if (own) rows.push({ line: own.line, words: own.words, tags: own.tags });
    own = undefined;
  };
  for (const [index, ended] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = ended.replace(/\r$/, '');
    if (line.trim() === '' || line.startsWith('-DOCSTART-')) {
      close();
      continue;
    }
    own ??= { line: index + 1, words: [], tags: [], wrong: [] };
    // The word itself may be a blank that is none of ASCII's.
    const [, word, tag] = /^(\S+|[^\t ])(?:[\t ].*)?[\t ](\S+)$/su.exec(line) ?? [];
    if (word === undefined || tag === undefined) {
      own.wrong.push(`line ${index + 1} is ${JSON.stringify(line)}, expected a word and a tag`);
      continue;
    }
    const wrong = checkText(word);
    if (wrong !== undefined && word.trim() !== '') own.wrong.push(`the word of line ${index + 1} ${wrong}`);
    own.words.push(word);
    own.tags.push(tag);
  }
  close();
  const digits = rows.length > 0 && rows.every(({ words }) => words.every((word) => placed.test(word)));
  const bare = digits
    ? rows.map((row) => ({ ...row, words: row.words.map((word) => word.replace(placed, '$1')) }))
    : rows;
  return { file, lines: rows.length + problems.length, rows: bare, problems, dropped: [] };
}
