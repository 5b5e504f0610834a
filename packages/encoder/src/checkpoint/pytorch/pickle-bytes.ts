import { CheckpointError } from '../checkpoint-error.ts';

/** Reads the operands of a pickle's opcodes, one after another. Every reader throws a {@link CheckpointError} where the pickle ends. */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next byte's number. */
  get at(): number {
    return this.#position;
  }

  take(count: number): Uint8Array {
    if (count < 0 || this.#position + count > this.#bytes.length)
      throw new CheckpointError(`The pickle ends inside a value of ${count} bytes at byte ${this.#position}.`);
    this.#position += count;
    return this.#bytes.subarray(this.#position - count, this.#position);
  }

  u8 = (): number => this.#view.getUint8(this.#skip(1));
  u16 = (): number => this.#view.getUint16(this.#skip(2), true);
  u32 = (): number => this.#view.getUint32(this.#skip(4), true);
  i32 = (): number => this.#view.getInt32(this.#skip(4), true);
  /** Pickle's only numbers with the highest byte first. */
  f64 = (): number => this.#view.getFloat64(this.#skip(8));
  /** A whole number of any length, lowest byte first. */
  long = (length: number): number =>
    Number(this.take(length).reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n));

  text(length: number): string {
    return this.#decode(this.take(length));
  }

  /** Text up to the end of a line. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#position);
    if (end < 0) throw new CheckpointError(`The pickle ends inside a line at byte ${this.#position}.`);
    return this.#decode(this.take(end - this.#position + 1).subarray(0, -1));
  }

  /** Takes bytes and says where they began. */
  #skip(count: number): number {
    this.take(count);
    return this.#position - count;
  }

  #decode(encoded: Uint8Array): string {
    try {
      return this.#utf8.decode(encoded);
    } catch {
      throw new CheckpointError(`The pickle has a string that is not UTF-8 before byte ${this.#position}.`);
    }
  }
}
