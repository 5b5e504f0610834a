import { CheckpointError } from '../checkpoint-error.ts';

const mark = Symbol('mark');

/** The stack a pickle's opcodes work on. Errors name the byte the reader has come to. */
export class PickleStack {
  readonly #values: unknown[] = [];
  readonly #where: () => number;

  constructor(where: () => number) {
    this.#where = where;
  }

  get top(): unknown {
    return this.#values.at(-1);
  }

  push(value: unknown): void {
    this.#values.push(value);
  }

  mark(): void {
    this.#values.push(mark);
  }

  pop(): unknown {
    if (this.#values.length === 0) throw this.#error('takes from an empty stack');
    return this.#values.pop();
  }

  /** The uppermost values, lowest first. */
  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** Everything above the last mark, which goes too. */
  popToMark(): unknown[] {
    const from = this.#values.lastIndexOf(mark);
    if (from < 0) throw this.#error('has no mark');
    return this.#values.splice(from).slice(1);
  }

  /** Puts keys and values, one after the other, into the dictionary on top. */
  setItems(pairs: readonly unknown[]): void {
    const target = this.top;
    if (!(target instanceof Map)) throw this.#error('sets items of something that is no dictionary');
    for (let i = 0; i + 1 < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  }

  /** Adds items to the list on top. */
  append(items: readonly unknown[]): void {
    const target = this.top;
    if (!Array.isArray(target)) throw this.#error('appends to something that is no list');
    for (const item of items) target.push(item);
  }

  #error(what: string): CheckpointError {
    return new CheckpointError(`The pickle ${what} at byte ${this.#where()}.`);
  }
}
