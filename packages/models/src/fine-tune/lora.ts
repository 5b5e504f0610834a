import { add, type HostTensor, type Key, mapTree, matmul, multiply, type Tensor } from '@cloze/backend';
import type { EncoderParameters } from '@cloze/encoder';
import type { Objective, TaskOutput } from '@cloze/regularisers';
import type { TaskBatch, TaskObjective, TaskParameters } from '../tasks/prepared-task.ts';

/** Which kernels get a narrow product beside them. */
export interface LoraSettings {
  /** Columns of the narrow matrices, at least 1. */
  readonly rank: number;
  /** The product counts `alpha / rank`; default twice the rank. */
  readonly alpha?: number;
  /** Names that a kernel's path must have one of; default `['query', 'value']`. */
  readonly targets?: readonly string[];
}

/** The two factors of each kernel, by its path in the encoder: `down` `[in, rank]`, `up` `[rank, out]`. */
export type LoraFactors<T> = Readonly<Record<string, { readonly down: T; readonly up: T }>>;

const isTarget = (path: string, targets: readonly string[]) =>
  path.endsWith('/kernel') && targets.some((name) => path.split('/').includes(name));

/**
 * Fresh factors: `down` normal with deviation 1/√in, `up` zero, so that the model is unchanged at first (Hu et al. 2021).
 *
 * @throws {RangeError} for a rank below 1 or targets that no kernel has
 */
export function freshFactors(
  encoder: EncoderParameters<HostTensor>,
  { rank, targets = ['query', 'value'] }: LoraSettings,
  random: { next(): number },
): LoraFactors<HostTensor> {
  if (!(Number.isInteger(rank) && rank > 0))
    throw new RangeError(`lora: rank must be a whole number of at least 1, got ${rank}.`);
  const factors: Record<string, { down: HostTensor; up: HostTensor }> = {};
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  mapTree(encoder, ({ shape }: HostTensor, path) => {
    if (!isTarget(path, targets) || shape.length !== 2) return;
    const [from, to] = shape as [number, number];
    const spread = 1 / Math.sqrt(from);
    factors[path] = {
      down: {
        shape: [from, rank],
        dtype: 'float32',
        values: Float32Array.from({ length: from * rank }, () => spread * normal()),
      },
      up: { shape: [rank, to], dtype: 'float32', values: new Float32Array(rank * to) },
    };
  });
  if (Object.keys(factors).length === 0) throw new RangeError(`lora: no kernel is called ${targets.join(' or ')}.`);
  return factors;
}

/** `W + alpha/rank · down·up` for each kernel that has factors. */
function mergeFactors(
  encoder: EncoderParameters<Tensor>,
  factors: LoraFactors<Tensor>,
  { rank, alpha = 2 * rank }: LoraSettings,
): EncoderParameters<Tensor> {
  return mapTree(encoder, (leaf: Tensor, path) => {
    const own = factors[path];
    return own ? add(leaf, multiply(matmul(own.down, own.up), alpha / rank)) : leaf;
  });
}

/** What is trained where there are factors: encoder and head of a task, and the factors beside the encoder's kernels. */
export type WithFactors<T> = TaskParameters<T> & { readonly lora?: LoraFactors<T> };

/** Encoder and head, the factors added where there are some. */
export const merged = (
  { encoder, head, lora }: WithFactors<Tensor>,
  settings: LoraSettings | undefined,
): TaskParameters<Tensor> =>
  lora && settings ? { encoder: mergeFactors(encoder, lora, settings), head } : { encoder, head };

/** The objective as a function of encoder, head and factors. */
export function withFactors(
  objective: TaskObjective,
  settings: LoraSettings | undefined,
): Objective<WithFactors<Tensor>, TaskBatch<Tensor>, TaskOutput> {
  const run = (parameters: WithFactors<Tensor>, batch: TaskBatch<Tensor>, key: Key | undefined) =>
    objective(merged(parameters, settings), batch, key);
  return Object.assign(run, objective.passes ? { passes: objective.passes } : {});
}

/** Host weights with the factors added to the kernels they stand beside: what is saved. */
export function mergedOnHost(
  { encoder, head, lora }: WithFactors<HostTensor>,
  settings: LoraSettings | undefined,
): TaskParameters<HostTensor> {
  if (!settings || !lora) return { encoder, head };
  const { rank, alpha = 2 * rank } = settings;
  const sums = mapTree(encoder, (leaf: HostTensor, path): HostTensor => {
    const own = lora[path];
    if (!own) return leaf;
    const [from, to] = leaf.shape as [number, number];
    const values = Float32Array.from(leaf.values);
    for (let i = 0; i < from; i++)
      for (let k = 0; k < rank; k++) {
        const factor = ((own.down.values[i * rank + k] as number) * alpha) / rank;
        for (let j = 0; j < to; j++)
          values[i * to + j] = (values[i * to + j] as number) + factor * (own.up.values[k * to + j] as number);
      }
    return { ...leaf, values };
  });
  return { encoder: sums, head };
}
