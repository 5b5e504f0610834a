/** Sequences of ids, for finding which of them begin at a place. */
export interface NgramTrie {
  /** The node behind `node` along `id`, −1 when no sequence goes there. The root is 0. */
  readonly next: (node: number, id: number) => number;
  /** 1 for nodes where a sequence ends. */
  readonly ends: Uint8Array;
}

/** A trie in flat arrays: one open-addressed table of (node, id) → node, so that a step is one multiplication and a look-up or two. */
export function ngramTrie(sequences: Iterable<ArrayLike<number>>): NgramTrie {
  const list = [...sequences];
  const edges = list.reduce((sum, { length }) => sum + length, 0);
  let size = 1024;
  while (size < edges * 2) size *= 2;
  const from = new Int32Array(size).fill(-1);
  const label = new Int32Array(size);
  const to = new Int32Array(size);
  const ends = new Uint8Array(edges + 1);
  const slotOf = (node: number, id: number) => {
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(id + 1, 0x85ebca6b);
    hash = (hash ^ (hash >>> 15)) & (size - 1);
    while (from[hash] !== -1 && (from[hash] !== node || label[hash] !== id)) hash = (hash + 1) & (size - 1);
    return hash;
  };
  let nodes = 1;
  for (const sequence of list) {
    let node = 0;
    for (let i = 0; i < sequence.length; i++) {
      const id = sequence[i] as number;
      const slot = slotOf(node, id);
      if (from[slot] === -1) {
        from[slot] = node;
        label[slot] = id;
        to[slot] = nodes++;
      }
      node = to[slot] as number;
    }
    ends[node] = 1;
  }
  return {
    ends,
    next: (node, id) => {
      const slot = slotOf(node, id);
      return from[slot] === -1 ? -1 : (to[slot] as number);
    },
  };
}
