/**
 * Lengths of a pair cut to a room, the longer one first, ties as in Hugging Face's fast tokenizers (`longest_first`).
 *
 * @param room for both together
 */
export function truncatedLengths(first: number, second: number, room: number): [first: number, second: number] {
  if (first + second <= room) return [first, second];
  const short = Math.min(first, second);
  let [a, b] = [short, short > room ? short : Math.max(short, room - short)];
  if (a + b > room) [a, b] = [Math.floor(room / 2), Math.floor(room / 2) + (room % 2)];
  return first > second ? [b, a] : [a, b];
}
