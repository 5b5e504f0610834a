import { checkText } from '@cloze/checks';

/** A sentence with the marks that end it. */
const sentences = /[^。！？!?；\n]*[。！？!?；\n]*/gu;

/**
 * A text cut into pieces of at most `longest` code points, at sentence ends where there are any; in time linear in the text.
 *
 * @throws {TypeError} for what is no text
 */
export function chunkText(text: string, longest: number): string[] {
  checkText('chunkText: the text', text);
  const pieces: string[] = [];
  /** The piece that is being filled: where it begins and ends in the text, and its code points. */
  let [from, to, size] = [0, 0, 0];
  const give = () => {
    if (to > from) pieces.push(text.slice(from, to));
    [from, size] = [to, 0];
  };
  for (const { 0: sentence, index } of text.matchAll(sentences)) {
    const count = codePoints(sentence);
    if (size + count > longest) give();
    if (count <= longest) {
      to = index + sentence.length;
      size += count;
      continue;
    }
    for (const character of sentence) {
      if (size === longest) give();
      to += character.length;
      size++;
    }
  }
  give();
  return pieces;
}

function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i += (text.codePointAt(i) as number) > 0xffff ? 2 : 1) count++;
  return count;
}
