/** Byte strings from this length on are kept as they are given until the end, not copied at every level of nesting. */
const large = 1 << 12;

/** Writes messages in protobuf's wire format: fields one after another, each a tag and a value. */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];
  #bytes = new Uint8Array(1 << 8);
  #length = 0;
  #before = 0;

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #varint(value: bigint): void {
    this.#room(10);
    let left = BigInt.asUintN(64, value);
    for (; left > 127n; left >>= 7n) this.#bytes[this.#length++] = Number(left & 127n) | 128;
    this.#bytes[this.#length++] = Number(left);
  }

  #tag(field: number, wireType: number): void {
    this.#varint(BigInt((field << 3) | wireType));
  }

  /** A whole number, signed ones in two's complement. */
  int(field: number, value: number | bigint): this {
    this.#tag(field, 0);
    this.#varint(BigInt(value));
    return this;
  }

  /** A float in single precision. */
  float(field: number, value: number): this {
    this.#tag(field, 5);
    this.#room(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  #append(value: Uint8Array): void {
    if (value.length < large) {
      this.#room(value.length);
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
      return;
    }
    this.#parts.push(this.#bytes.slice(0, this.#length), value);
    this.#before += this.#length + value.length;
    this.#length = 0;
  }

  /** Bytes with their length before them. Long ones are read when the message is finished: they must not change before. */
  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, 2);
    this.#varint(BigInt(value.length));
    this.#append(value);
    return this;
  }

  /** A text in UTF-8. */
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** A message inside this one. */
  message(field: number, write: (inner: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    this.#tag(field, 2);
    this.#varint(BigInt(inner.#before + inner.#length));
    for (const part of inner.#parts) this.#append(part);
    this.#append(inner.#bytes.subarray(0, inner.#length));
    return this;
  }

  /** What was written. */
  finish(): Uint8Array {
    const all = new Uint8Array(this.#before + this.#length);
    let at = 0;
    for (const part of [...this.#parts, this.#bytes.subarray(0, this.#length)]) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
