/** What a value is, for a message: `undefined`, `a number (3)`, `a list of 2`. */
export function whatIs(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string')
    return `a string (${JSON.stringify(value.length > 20 ? `${value.slice(0, 20)}…` : value)})`;
  return ['number', 'boolean', 'bigint'].includes(typeof value) ? `a ${typeof value} (${value})` : `a ${typeof value}`;
}

/** Refuses what is no text. @param where begins the message @throws {TypeError} unless it is a string */
export function checkText(where: string, text: unknown): asserts text is string {
  if (typeof text !== 'string') throw new TypeError(`${where} is ${whatIs(text)}, expected a string.`);
}

/**
 * Refuses what is no list of texts: a string has characters, not texts.
 *
 * @param where begins the message, which counts texts from 0
 * @throws {TypeError} naming the first item that is no string, or what stands in the list's place
 */
export function checkTexts(where: string, texts: unknown): asserts texts is readonly string[] {
  checkList(where, texts);
  for (let i = 0; i < texts.length; i++) checkText(`${where}: text ${i}`, texts[i]);
}

/** Refuses what is no list. @param where begins the message @throws {TypeError} for anything but an array */
export function checkList(where: string, items: unknown): asserts items is readonly unknown[] {
  if (!Array.isArray(items))
    throw new TypeError(
      `${where}: expected a list, got ${whatIs(items)}${typeof items === 'string' ? '; for one text give [text]' : ''}.`,
    );
}

/**
 * The texts of anything that can be gone through, each looked at when its turn comes.
 *
 * @param where begins the message, which counts texts from 0
 * @throws {TypeError} for a string in place of texts, what cannot be gone through, and an item that is no string
 */
export function* eachText(where: string, texts: Iterable<string>): Generator<string, void, undefined> {
  const given: unknown = texts;
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given))
    throw new TypeError(
      `${where}: expected texts to go through, got ${whatIs(given)}${typeof given === 'string' ? '; for one text give [text]' : ''}.`,
    );
  let i = 0;
  for (const text of texts) {
    checkText(`${where}: text ${i++}`, text);
    yield text;
  }
}

/**
 * What gives items one after the other, at once or in time.
 *
 * @param where begins the message @throws {TypeError} for a string, whose characters are no items, and for what cannot be gone through
 */
export function asStream<Item>(
  where: string,
  items: Iterable<Item> | AsyncIterable<Item>,
): Iterable<Item> | AsyncIterable<Item> {
  const given: unknown = items;
  if (typeof given === 'object' && given !== null && (Symbol.iterator in given || Symbol.asyncIterator in given))
    return items;
  throw new TypeError(
    `${where}: expected a list or a stream, got ${whatIs(given)}${typeof given === 'string' ? '; for one text give [text]' : ''}.`,
  );
}

/** Refuses rows that are no objects. @param where begins the message, before the row's number from 0 @throws {TypeError} naming the first that is none */
export function checkRows(where: string, rows: ArrayLike<unknown>): void {
  for (let i = 0; i < rows.length; i++)
    if (typeof rows[i] !== 'object' || rows[i] === null || Array.isArray(rows[i]))
      throw new TypeError(`${where} ${i} is ${whatIs(rows[i])}, expected an object.`);
}

/** Refuses what is no list of values: an array or a typed array. @param where begins the message @throws {TypeError} saying what it is */
export function checkValues(where: string, name: string, values: unknown): asserts values is ArrayLike<unknown> {
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && !(values instanceof DataView)))
    throw new TypeError(`${where}: ${name} must be a list, got ${whatIs(values)}.`);
}
