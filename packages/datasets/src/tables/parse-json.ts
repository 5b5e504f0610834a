const [quote, minus, zero, nine] = [0x22, 0x2d, 0x30, 0x39];
const [backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** The place of the quotation mark that ends the string begun at a place. */
function endOfString(json: string, begin: number): number {
  for (let end = json.indexOf('"', begin + 1); ; end = json.indexOf('"', end + 1)) {
    let slashes = 0;
    while (json.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
}

const anyNumber = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

/** What a JSON text that is sound says and `JSON.parse` does not keep. */
interface Unkept {
  /** A key that stands twice in its object, of which the last value would hold. */
  readonly twice?: string;
  /** Places of whole numbers that would become their neighbours, which are beyond 2⁵³. */
  readonly large: readonly (readonly [begin: number, end: number])[];
}

function unkeptIn(json: string): Unkept {
  const large: (readonly [number, number])[] = [];
  // Keys of the objects that are open, nothing for a list.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === openBrace) open.push(new Set());
    else if (code === openBracket) open.push(undefined);
    else if (code === closeBrace || code === closeBracket) open.pop();
    else if (code === minus || (code >= zero && code <= nine)) {
      anyNumber.lastIndex = at;
      const [text = '', ...more] = anyNumber.exec(json) ?? [];
      const isWhole = more.every((part) => part === undefined);
      if (isWhole && text.length > 15 && !Number.isSafeInteger(Number(text))) large.push([at, at + text.length]);
      at += text.length - 1;
    } else if (code === quote) {
      const [begin, end] = [at, endOfString(json, at)];
      at = end;
      const keys = open.at(-1);
      if (!keys) continue;
      let after = end + 1;
      while (json.charCodeAt(after) <= 0x20) after++;
      if (json[after] !== ':') continue;
      const key = JSON.parse(json.slice(begin, end + 1)) as string;
      if (keys.has(key)) return { twice: key, large };
      keys.add(key);
    }
  }
  return { large };
}

/**
 * A JSON text as a value, where every key stands once in its object: `JSON.parse` would keep the last of two without a word. A whole number beyond 2⁵³ is
 * the text of its digits, as in other tables: two that are neighbours would be one.
 *
 * @throws {SyntaxError} for what is no JSON, and naming a key that stands twice
 */
export function parseJson(json: string): unknown {
  const value: unknown = JSON.parse(json);
  const { twice, large } = unkeptIn(json);
  if (twice !== undefined) throw new SyntaxError(`the key ${JSON.stringify(twice)} stands twice in one object`);
  if (large.length === 0) return value;
  let [quoted, from] = ['', 0];
  for (const [begin, end] of large) {
    quoted += `${json.slice(from, begin)}"${json.slice(begin, end)}"`;
    from = end;
  }
  return JSON.parse(quoted + json.slice(from)) as unknown;
}
