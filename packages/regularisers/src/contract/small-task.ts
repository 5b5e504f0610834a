import {
  abs,
  add,
  constant,
  dropout,
  forkKey,
  gatherRows,
  type HostTensor,
  isHostTensor,
  type Key,
  linear,
  type MapTree,
  mapTree,
  matmul,
  mean,
  multiply,
  reshape,
  rootKey,
  sparseCrossEntropy,
  square,
  sum,
  type Tensor,
  tanh,
  visibleSoftmax,
} from '@cloze/backend';
import type { Model, Objective } from '../objective/objective.ts';
import { objectiveOf } from '../objective/objective-of.ts';
import type { TaskOutput } from '../objective/task-output.ts';

/** A classifier small enough for finite differences: token table, one attention, one hidden layer. */
export interface SmallParameters<T = Tensor> {
  readonly table: T;
  readonly query: T;
  readonly kernel: T;
  readonly head: T;
}

/** Token rows, three columns; 0 is a pad. */
export interface SmallRows<T = Tensor> {
  readonly ids: T;
  readonly attend: T;
}

export interface SmallBatch<T = Tensor> extends SmallRows<T> {
  readonly labels: T;
  readonly unlabelled: SmallRows<T>;
  /** A strength fed with the batch. */
  readonly strength: T;
}

export interface SmallOutput extends TaskOutput {
  readonly vector: Tensor;
  /** Logits of each token, `[batch, length, classes]` */
  readonly tokens: Tensor;
  /** `[batch, 1, length, length]`, of one layer */
  readonly attention: readonly Tensor[];
}

export type SmallObjective = Objective<SmallParameters, SmallBatch, SmallOutput>;

const floats = (shape: number[], seed: number): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => 0.8 * Math.sin((i + 1) * 12.9898 * seed),
  ),
});
const rows = (ids: number[]): SmallRows<HostTensor> => ({
  ids: { shape: [4, 3], dtype: 'int32', values: Int32Array.from(ids) },
  attend: { shape: [4, 3], dtype: 'bool', values: Uint8Array.from(ids, (id) => (id === 0 ? 0 : 1)) },
});

/** Parameters, batch and key words as plain data: width 4, six tokens, three classes. */
export const small = {
  parameters: {
    table: floats([6, 4], 1),
    query: floats([4, 4], 2),
    kernel: floats([4, 4], 3),
    head: floats([4, 3], 5),
  } satisfies SmallParameters<HostTensor>,
  batch: {
    ...rows([1, 2, 3, 4, 5, 0, 2, 2, 0, 3, 1, 5]),
    labels: { shape: [4], dtype: 'int32', values: Int32Array.of(0, 2, 1, 2) },
    unlabelled: rows([5, 4, 0, 1, 1, 2, 3, 0, 0, 2, 4, 5]),
    strength: { shape: [], dtype: 'float32', values: Float32Array.of(0.7) },
  } satisfies SmallBatch<HostTensor>,
  words: { shape: [3], dtype: 'int32', values: Int32Array.of(7, 3, 0) } satisfies HostTensor,
};

/** A tree of plain data as constants. */
export const asConstants = <T>(tree: T): MapTree<T, Tensor> =>
  mapTree(tree, ({ values, shape, dtype }) => constant(values, shape, dtype), isHostTensor);
export const smallBatch: SmallBatch = asConstants(small.batch);
export const smallParameters: SmallParameters = asConstants(small.parameters);
export const smallKey: Key = rootKey(asConstants(small.words));

/**
 * The model. One `abs` a forward pass, of a positive number, so that it changes nothing; each backward sweep through it makes one
 * `sign` of the same number: that is how the contract counts passes.
 */
export const smallModel =
  (rate: number): Model<SmallParameters, SmallRows, SmallOutput> =>
  ({ table, query, kernel, head }, { ids, attend }, key) => {
    const [batch, length] = ids.shape as [number, number];
    const width = table.shape[1] as number;
    const embedded = dropout(gatherRows(table, ids), { rate, key: key && forkKey(key, 'embeddings') });
    const flat = reshape(embedded, [batch * length, width]);
    const asked = reshape(matmul(flat, query), [batch, length, width]);
    const scores = reshape(matmul(asked, embedded, { transposeB: true }), [batch, 1, length, length]);
    const weights = visibleSoftmax(scores, reshape(attend, [batch, 1, 1, length]));
    const mixed = matmul(reshape(weights, [batch, length, length]), embedded);
    const seen = add(embedded, mixed);
    const hidden = matmul(mean(seen, { axes: 1 }), kernel);
    const vector = multiply(tanh(hidden), abs(add(square(hidden), 0.5)));
    const tokens = linear(seen, { kernel: head });
    return { logits: matmul(vector, head), vector, tokens, attention: [weights] };
  };

export const smallLogits =
  (rate: number): Model<SmallParameters, SmallRows> =>
  (parameters, batch, key) =>
    smallModel(rate)(parameters, batch, key).logits;

/** The plain objective: mean cross-entropy. */
export const smallObjective = (rate: number): SmallObjective =>
  objectiveOf<SmallParameters, SmallBatch, SmallOutput>(smallModel(rate), ({ logits }, { labels }) =>
    mean(sparseCrossEntropy(logits, labels)),
  );

/** A fixed direction in the space of parameters, and a step along it. */
export const smallDirection: SmallParameters = asConstants(
  mapTree(small.parameters, ({ shape }: HostTensor, path) => floats([...shape], 11 + path.length)),
);
export const along = (h: number): SmallParameters =>
  mapTree(small.parameters, ({ shape, values }, path) => {
    const way = floats([...shape], 11 + path.length).values;
    return constant(
      Float32Array.from(values, (v, i) => v + h * (way[i] as number)),
      shape,
    );
  });
export const dot = (a: SmallParameters, b: SmallParameters): Tensor =>
  (Object.keys(a) as (keyof SmallParameters)[]).map((name) => sum(multiply(a[name], b[name]))).reduce(add);
