import { whatIs } from '@cloze/checks';

/** @throws {RangeError} naming the first places that hold NaN or an infinity, and how many there are */
export function allFinite(where: string, name: string, values: ArrayLike<number>): void {
  const wrong: string[] = [];
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    count++;
    if (wrong.length < 5)
      wrong.push(`${name}[${i}] is ${typeof values[i] === 'number' ? values[i] : whatIs(values[i])}`);
  }
  if (count > 0)
    throw new RangeError(
      `${where}: expected finite numbers; ${wrong.join(', ')}${count > 5 ? ` and ${count - 5} more` : ''}.`,
    );
}
