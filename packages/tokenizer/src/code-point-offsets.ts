import { checkList, checkText } from '@cloze/checks';
/**
 * Offsets in UTF-16 units as offsets in code points, which is how Python and the native `tokenizers` count.
 *
 * @param offsets `[start, end)` in units of `text`, as an encoding has them
 */
export function codePointOffsets(
  text: string,
  offsets: readonly (readonly [start: number, end: number])[],
): [start: number, end: number][] {
  checkText('codePointOffsets: the text', text);
  checkList('codePointOffsets: offsets', offsets);
  const point = new Int32Array(text.length + 1);
  let points = 0;
  let unit = 0;
  for (const character of text) {
    point.fill(points, unit, unit + character.length);
    unit += character.length;
    points++;
  }
  point[unit] = points;
  return offsets.map(([start, end]) => [point[start] as number, point[end] as number]);
}
