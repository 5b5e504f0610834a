import { CheckpointError } from './checkpoint-error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const deepest = 128;

/**
 * Reads JSON from bytes one value at a time, so that what a format does not want is refused before it is built.
 *
 * `JSON.parse` would build everything first, keep the last of two equal keys, and take `1.0` for `1`.
 */
export class JsonScanner {
  /** What is being read, for messages. */
  context = 'The header';
  private position = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  fail(what: string): never {
    throw new CheckpointError(`${this.context} is not what it should be: ${what} at byte ${this.position}.`);
  }

  /** The next byte that is no white space, not taken. */
  peek(): string {
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)
        return byte === undefined ? '' : String.fromCharCode(byte);
      this.position++;
    }
  }

  expect(character: string): void {
    const found = this.peek();
    if (found !== character) this.fail(`expected '${character}', found ${found ? JSON.stringify(found) : 'the end'}`);
    this.position++;
  }

  /** Nothing but white space may follow. */
  end(): void {
    if (this.peek() !== '') this.fail('more after the end');
  }

  /** Entries of an object, one call each; keys as they come. */
  object(entry: (key: string) => void): void {
    this.expect('{');
    if (this.peek() === '}') {
      this.position++;
      return;
    }
    for (;;) {
      if (this.peek() !== '"') this.fail('expected a key');
      const key = this.string();
      this.expect(':');
      entry(key);
      if (this.peek() !== ',') break;
      this.position++;
    }
    this.expect('}');
  }

  array(item: () => void): void {
    this.expect('[');
    if (this.peek() === ']') {
      this.position++;
      return;
    }
    for (;;) {
      item();
      if (this.peek() !== ',') break;
      this.position++;
    }
    this.expect(']');
  }

  string(): string {
    this.expect('"');
    const start = this.position;
    let escaped = false;
    for (; this.bytes[this.position] !== 0x22; this.position++) {
      const byte = this.bytes[this.position];
      if (byte === undefined || byte < 0x20) this.fail('a string that does not end, or holds a control character');
      if (byte === 0x5c) {
        escaped = true;
        this.position++;
      }
    }
    let text: string;
    try {
      text = utf8.decode(this.bytes.subarray(start, this.position));
      if (escaped) text = JSON.parse(`"${text}"`) as string;
    } catch {
      this.fail('a string that is not UTF-8, or has a wrong escape');
    }
    // A lone surrogate can only come from an escape; it is no text.
    if (escaped && /\p{Surrogate}/u.test(text)) this.fail('a lone surrogate');
    this.position++;
    return text;
  }

  /** A whole number from 0 to 2⁵³ − 1, written as digits alone. */
  whole(): number {
    const text = this.number();
    const value = Number(text);
    if (!/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(value))
      this.fail(`expected a whole number from 0 to 2^53 - 1, got ${text.slice(0, 30)}`);
    return value;
  }

  /** Takes any value and forgets it. */
  skip(depth = 1): void {
    if (depth > deepest) this.fail(`values nested more than ${deepest} deep`);
    const first = this.peek();
    if (first === '{') this.object(() => this.skip(depth + 1));
    else if (first === '[') this.array(() => this.skip(depth + 1));
    else if (first === '"') this.string();
    else if (first === 't') this.word('true');
    else if (first === 'f') this.word('false');
    else if (first === 'n') this.word('null');
    else if (!Number.isFinite(Number(this.number()))) this.fail('a number out of range');
  }

  word(word: string): void {
    this.peek();
    for (const character of word)
      if (this.bytes[this.position++] !== character.charCodeAt(0)) this.fail(`expected '${word}'`);
  }

  private number(): string {
    this.peek();
    const start = this.position;
    while (/[-+.eE\d]/.test(String.fromCharCode(this.bytes[this.position] ?? 0))) this.position++;
    // The spelling of a number, at most 400 bytes of it.
    const text = String.fromCharCode(...this.bytes.subarray(start, Math.min(this.position, start + 400)));
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text)) this.fail('expected a value');
    return text;
  }
}
