/** Parameters that had another path before, `old → new`: the ends of paths, so that moments of an optimiser follow their parameter. */
export const formerNames = {
  'embeddings/words': 'embeddings/tokenTable',
  'embeddings/positions': 'embeddings/positionTable',
  'embeddings/segments': 'embeddings/segmentTable',
  'decoder/positions': 'decoder/positionTable',
} as const;

/** The path that a parameter of an older file has today; any other path is given back as it is. */
export function currentName(path: string): string {
  for (const [old, current] of Object.entries(formerNames))
    if (path === old || path.endsWith(`/${old}`)) return `${path.slice(0, -old.length)}${current}`;
  return path;
}
