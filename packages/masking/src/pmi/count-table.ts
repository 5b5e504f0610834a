/** Counts by whole-number keys up to 2⁵³, in flat arrays; 12 bytes a slot. */
export class CountTable {
  #keys = new Float64Array(1 << 12).fill(-1);
  #counts = new Int32Array(1 << 12);
  #size = 0;
  readonly #most: number;

  /** @param most entries that the table may hold */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  #slot(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let slot = hashOf(key) & mask;
    while (keys[slot] !== -1 && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  /** Adds one to a key; false when a new key finds the table full. */
  add(key: number): boolean {
    let slot = this.#slot(key);
    if (this.#keys[slot] === -1) {
      if (this.#size >= this.#most) return false;
      if (this.#size * 2 >= this.#keys.length) {
        this.#grow();
        slot = this.#slot(key);
      }
      this.#keys[slot] = key;
      this.#size++;
    }
    this.#counts[slot] = (this.#counts[slot] as number) + 1;
    return true;
  }

  /** Calls back with every key and its count, in no particular order. */
  each(visit: (key: number, count: number) => void): void {
    for (let slot = 0; slot < this.#keys.length; slot++)
      if (this.#keys[slot] !== -1) visit(this.#keys[slot] as number, this.#counts[slot] as number);
  }

  #grow(): void {
    const [keys, counts] = [this.#keys, this.#counts];
    this.#keys = new Float64Array(keys.length * 2).fill(-1);
    this.#counts = new Int32Array(keys.length * 2);
    for (let old = 0; old < keys.length; old++) {
      if (keys[old] === -1) continue;
      const slot = this.#slot(keys[old] as number);
      this.#keys[slot] = keys[old] as number;
      this.#counts[slot] = counts[old] as number;
    }
  }
}

/** A 32-bit mix of both halves of a key. */
export function hashOf(key: number): number {
  let hash = Math.imul(key | 0, 0x9e3779b1) ^ Math.imul(Math.floor(key / 4294967296), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
