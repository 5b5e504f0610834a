import { isDropped, isHan, isPunctuation } from './characters.ts';

/** A piece of text before WordPiece, with where it stood. */
export interface Word {
  /** Normalised: lower case without accents if asked. */
  readonly text: string;
  /** First UTF-16 unit in the original. */
  readonly start: number;
  /** One past the last UTF-16 unit. */
  readonly end: number;
}

/**
 * BERT's basic tokenisation: cleans, splits at white space, puts every Han character and punctuation mark on its own.
 *
 * Works by code point, so astral Han characters stay whole.
 *
 * @param options.lowercase lower-case and strip accents, default true
 */
export function splitWords(text: string, { lowercase = true }: { readonly lowercase?: boolean } = {}): Word[] {
  const words: Word[] = [];
  let run = '';
  let start = 0;
  const close = (end: number) => {
    if (run) {
      const normal = lowercase
        ? run
            .normalize('NFD')
            .replace(/\p{Mn}/gu, '')
            .toLowerCase()
        : run;
      if (normal) words.push({ text: normal, start, end });
    }
    run = '';
  };
  let at = 0;
  for (const character of text) {
    const next = at + character.length;
    if (/^\s$/u.test(character)) close(at);
    else if (isHan(character.codePointAt(0) as number) || isPunctuation(character)) {
      close(at);
      words.push({ text: character, start: at, end: next });
    } else if (!isDropped(character)) {
      if (!run) start = at;
      run += character;
    }
    at = next;
  }
  close(text.length);
  return words;
}
