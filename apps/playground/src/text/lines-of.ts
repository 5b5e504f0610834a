import { chunkText } from '@cloze/datasets';

/** Characters of a text that the page works with: a small model has seen enough by then, and each keystroke reads all of it. */
export const mostCharacters = 200_000;

/** Characters of a line: what a row holds beside [CLS] and [SEP]. */
const longestLine = 126;

/** A text as lines, and what is to be said of it in a sentence. */
export interface Lines {
  readonly lines: readonly string[];
  readonly note?: string;
}

const count = (value: number) => value.toLocaleString('en');

/** A cut never stands inside a character. */
function beginning(text: string): string {
  const last = text.charCodeAt(mostCharacters - 1);
  return text.slice(0, mostCharacters - (last >= 0xd800 && last < 0xdc00 ? 1 : 0));
}

/** The lines of a text that hold something, long ones cut at sentence ends; of a very long text its beginning. */
export function linesOf(text: string): Lines {
  const long = text.length > mostCharacters;
  const lines = (long ? beginning(text) : text)
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split(/\r\n|[\n\r\u2028\u2029]/u)
    .flatMap((line) => chunkText(line.trim(), longestLine))
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (!long) return { lines };
  return {
    lines,
    note: `The text has ${count(text.length)} characters; this page works with the first ${count(mostCharacters)}, the cloze command with all of it.`,
  };
}
