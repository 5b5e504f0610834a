import { whatIs } from '@cloze/checks';

/**
 * The tokens of a `vocab.txt`, one a line.
 *
 * Lines end at `\n` or `\r\n` only: the vocabulary of bert-base-chinese has U+2028 as a token, and readers that take it for a line end shift
 * every id behind it. A byte-order mark is dropped.
 *
 * @param name of the file, for messages
 * @throws {TypeError} for what are no bytes @throws {RangeError} naming the line that is not UTF-8
 */
export function parseVocabulary(bytes: Uint8Array, name = 'vocab.txt'): string[] {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`parseVocabulary: expected the bytes of ${name}, got ${whatIs(bytes)}.`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const lenient = new TextDecoder().decode(bytes);
    // A true U+FFFD would survive a round trip; the first line that does not is the broken one.
    const lines = lenient.split('\n');
    let offset = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const line = lines.findIndex((read) => {
      const written = new TextEncoder().encode(`${read}\n`);
      const broken = written.subarray(0, -1).some((byte, i) => bytes[offset + i] !== byte);
      offset += written.length;
      return broken;
    });
    throw new RangeError(`parseVocabulary: ${name}, line ${line + 1}, is not UTF-8; convert the file first.`);
  }
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
