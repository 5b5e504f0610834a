import { checkText } from '@cloze/checks';
/** A text cut into pieces of at most `longest` code points, at sentence ends where there are any. */
export function chunkText(text: string, longest: number): string[] {
  checkText('chunkText: the text', text);
  const pieces: string[] = [];
  let held = '';
  let size = 0;
  for (const sentence of text.match(/[^。！？!?；\n]*[。！？!?；\n]*/gu) ?? []) {
    const characters = [...sentence];
    if (size + characters.length > longest && held) {
      pieces.push(held);
      [held, size] = ['', 0];
    }
    let from = 0;
    for (; characters.length - from > longest; from += longest)
      pieces.push(characters.slice(from, from + longest).join(''));
    held += characters.slice(from).join('');
    size += characters.length - from;
  }
  return held ? [...pieces, held] : pieces;
}
