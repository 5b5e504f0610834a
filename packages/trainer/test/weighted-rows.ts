import {
  add,
  divide,
  dropout,
  gatherRows,
  type HostTensor,
  type Key,
  matmul,
  multiply,
  square,
  subtract,
  sum,
  type Tensor,
} from '@cloze/backend';

export interface Model<T> {
  readonly kernel: T;
  readonly table: T;
}
export interface Rows<T> {
  readonly x: T;
  readonly id: T;
  readonly w: T;
}
const host = (shape: readonly number[], valueAt: (i: number) => number): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from({ length: shape.reduce((n, x) => n * x, 1) }, (_, i) => valueAt(i)),
});
const model: Model<HostTensor> = { kernel: host([6, 3], Math.sin), table: host([5, 3], Math.cos) };
/** Mean over rows of weight 1, through dropout: parts of a batch weigh differently. */
const objective = ({ kernel, table }: Model<Tensor>, { x, id, w }: Rows<Tensor>, key: Key) => {
  const errors = square(subtract(matmul(dropout(x, { rate: 0.2, key }), kernel), gatherRows(table, id)));
  return { loss: divide(sum(multiply(errors, w)), add(sum(w), 1e-9)), parts: { rows: sum(w) } };
};
const rowsFrom = (from: number, count: number, idOf = (row: number) => row % 5): Rows<HostTensor> => ({
  x: host([count, 6], (i) => Math.sin((from * 6 + i) * 1.7)),
  id: { shape: [count], dtype: 'int32', values: Int32Array.from({ length: count }, (_, row) => idOf(from + row)) },
  w: host([count, 1], (i) => ((from + i) % 5 === 0 || (from + i > 8 && from + i < 14) ? 0 : 1)),
});

/** A small model whose batches weigh differently when they are cut, with dropout and a table: what microbatches and replicas must get right. */
export const example = {
  parameters: model,
  objective,
  rowsFrom,
  microbatchWeight: ({ w }: Rows<Tensor>): Tensor => sum(w),
};
export type Example = typeof example;
