import { either, oneOf, type Rules, whole } from '@cloze/checks';
import type { CutOptions } from './encode.ts';
/** Which text of a pair gives way, as Hugging Face names it: the longer one first, or only one of them. */
export type Truncation = 'longest_first' | 'only_first' | 'only_second';

/**
 * Lengths of a pair cut to a room: the longer one first, ties as in Hugging Face's fast tokenizers (`longest_first`), or all off one text.
 *
 * @param room for both together @param where begins the message @throws {RangeError} where the one text that may be cut is too short
 */
export function truncatedLengths(
  first: number,
  second: number,
  room: number,
  {
    truncation = 'longest_first',
    where = 'encode',
  }: { readonly truncation?: Truncation; readonly where?: string } = {},
): [first: number, second: number] {
  if (first + second <= room) return [first, second];
  if (truncation !== 'longest_first') {
    const over = first + second - room;
    const [name, own] = truncation === 'only_first' ? ['first', first] : ['second', second];
    if (own <= over)
      throw new RangeError(
        `${where}: ${over} tokens too many, and truncation '${truncation}' may only cut the ${name} text, which has ${own}; allow more, or use 'longest_first'.`,
      );
    return truncation === 'only_first' ? [first - over, second] : [first, second - over];
  }
  const short = Math.min(first, second);
  let [a, b] = [short, short > room ? short : Math.max(short, room - short)];
  if (a + b > room) [a, b] = [Math.floor(room / 2), Math.floor(room / 2) + (room % 2)];
  return first > second ? [b, a] : [a, b];
}

/** What the options of cutting may be. */
export const cutRules: Rules<CutOptions> = {
  maximumLength: either(whole(1), oneOf([Number.POSITIVE_INFINITY])),
  truncation: oneOf(['longest_first', 'only_first', 'only_second']),
  truncationSide: oneOf(['right', 'left']),
  specialInText: oneOf(['apart', 'ordinary']),
};
