import { integerBelow, type RandomStream } from '@cloze/random';

/** One of a list. */
export const pick = <T>(random: RandomStream, from: readonly T[]): T => from[integerBelow(random, from.length)] as T;

/** Values that stand where they do not belong. */
const odd: readonly unknown[] = [
  ...[null, true, false, 0, 1, -1, 0.5, 1e9, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308],
  ...['', 'x', '[MASK]', '__proto__', '\u0000', '\ud800', '漢', 'x'.repeat(300)],
  ...[[], {}, [[]], [null], { content: 'x' }, { id: 3 }, ['a', 'b'], { '0': 'a' }],
];

/** A value with one place in it changed: another value, one less, or its neighbour's. @param more values that fit the file's kind */
export function bendValue(random: RandomStream, value: unknown, more: readonly unknown[] = []): unknown {
  const isInner = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isInner || integerBelow(random, 5) === 0) return structuredClone(pick(random, [...odd, ...more]));
  const entries = Object.entries(value);
  const at = integerBelow(random, entries.length);
  const [key, inner] = entries[at] as [string, unknown];
  const changed =
    integerBelow(random, 8) === 0
      ? entries.filter((_, i) => i !== at)
      : entries.map((entry, i): [string, unknown] =>
          i === at
            ? [key, integerBelow(random, 8) === 0 ? pick(random, entries)[1] : bendValue(random, inner, more)]
            : entry,
        );
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
}

/** The text of a value, one time in six with a slice, a byte or a number of it changed. */
export function bentText(random: RandomStream, value: unknown): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  if (integerBelow(random, 6) > 0 || bytes.length === 0) return bytes;
  const at = integerBelow(random, bytes.length);
  if (integerBelow(random, 2) === 0) {
    const copy = bytes.slice();
    copy[at] = integerBelow(random, 256);
    return copy;
  }
  return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + integerBelow(random, 9))]);
}
