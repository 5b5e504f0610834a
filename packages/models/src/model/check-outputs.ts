import { flattenTree, type HostTensor, isHostTensor } from '@cloze/backend';
import { nonFiniteAt } from '@cloze/trainer';

/** What a function of a model gave, and what it was given. */
interface Asked {
  readonly outputs: unknown;
  readonly batch: unknown;
  /** Ids and places of the batch outside of their tables, each in half a sentence. */
  readonly misplaced: () => Promise<readonly string[]>;
  readonly tokenOf: (id: number) => string | undefined;
}

const leavesOf = (tree: unknown) => flattenTree(tree, isHostTensor) as [string, HostTensor][];

/** The first tokens of a row, as far as the batch has ids. */
function textOf(batch: unknown, row: number, tokenOf: Asked['tokenOf']): string | undefined {
  const ids = leavesOf(batch).find(([path]) => /(^|\/)ids$/.test(path))?.[1];
  const [rows = 0, length = 0] = ids?.shape ?? [];
  if (!ids || row >= rows) return undefined;
  const tokens = [...ids.values.subarray(row * length, (row + 1) * length)].map((id) => tokenOf(id) ?? String(id));
  return `${tokens.slice(0, 20).join(' ')}${length > 20 ? ' …' : ''}`;
}

/**
 * Refuses what a model computed and is no number, with its cause: a place outside of its table, or weights that are finite and too large.
 *
 * @throws {RangeError} naming table, place and row, or the tokens of the first row that has no answer
 */
export async function checkOutputs(name: string, { outputs, batch, misplaced, tokenOf }: Asked): Promise<void> {
  for (const [, { values, shape }] of leavesOf(outputs)) {
    const at = values instanceof Float32Array ? nonFiniteAt(values) : -1;
    if (at < 0) continue;
    const outside = await misplaced();
    if (outside.length > 0) throw new RangeError(`${name}: ${outside.join('; ')}.`);
    const row = shape.length > 0 ? Math.floor((at * (shape[0] as number)) / values.length) : 0;
    const text = textOf(batch, row, tokenOf);
    throw new RangeError(
      `${name}: ${text === undefined ? `row ${row}` : `'${text}'`} gives ${values[at]}, not a number, though all weights are finite: they are so large that they overflow. The training that made it diverged, take an earlier checkpoint.`,
    );
  }
}
