import { whatIs } from '@cloze/checks';

/** Refuses what is no list of numbers. @param where begins the message @throws {TypeError} naming the first item that is none */
export function checkNumbers(where: string, values: unknown): asserts values is ArrayLike<number> {
  if (ArrayBuffer.isView(values)) return;
  if (!Array.isArray(values)) throw new TypeError(`${where}: expected a list of numbers, got ${whatIs(values)}.`);
  const wrong = values.findIndex((value) => typeof value !== 'number');
  if (wrong >= 0) throw new TypeError(`${where}: item ${wrong} is ${whatIs(values[wrong])}, expected a number.`);
}
