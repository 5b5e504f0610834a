const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** The place of the quotation mark that ends the string begun at a place. */
function endOfString(json: string, begin: number): number {
  for (let end = json.indexOf('"', begin + 1); ; end = json.indexOf('"', end + 1)) {
    let slashes = 0;
    while (json.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
}

/** The first key that stands twice in an object of a JSON text that is sound; undefined where none does. */
function repeatedKey(json: string): string | undefined {
  // Keys of the objects that are open, nothing for a list.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === openBrace) open.push(new Set());
    else if (code === openBracket) open.push(undefined);
    else if (code === closeBrace || code === closeBracket) open.pop();
    else if (code === quote) {
      const [begin, end] = [at, endOfString(json, at)];
      at = end;
      const keys = open.at(-1);
      if (!keys) continue;
      let after = end + 1;
      while (json.charCodeAt(after) <= 0x20) after++;
      if (json[after] !== ':') continue;
      const key = JSON.parse(json.slice(begin, end + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/**
 * A JSON text as a value, where every key stands once in its object: `JSON.parse` would keep the last of two without a word.
 *
 * @throws {SyntaxError} for what is no JSON, and naming a key that stands twice
 */
export function parseJson(json: string): unknown {
  const value: unknown = JSON.parse(json);
  const twice = repeatedKey(json);
  if (twice !== undefined) throw new SyntaxError(`the key ${JSON.stringify(twice)} stands twice in one object`);
  return value;
}
