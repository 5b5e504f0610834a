import {
  constant,
  evaluate,
  gradients,
  type HostTensor,
  mapTree,
  referenceEngine,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { type RegulariserData, regulariserFrom, type TaskOutput } from '@cloze/regularisers';
import { expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import { readExamples } from '../fine-tune/read-examples.ts';
import { trainingBatch } from '../fine-tune/task-batches.ts';
import { taskTokenizer } from '../model/task-tokenizer.ts';
import { openModel } from '../node/open-model.ts';
import type { TaskObjective, TaskParameters } from './prepared-task.ts';
import { tokens } from './task.ts';
import { prepareTokens } from './tokens.ts';

const engine = referenceEngine();
const places = { table: 'encoder/embeddings/tokenTable', ids: 'ids', weights: 'targets/weights' };
// Rows of two lengths: what is padded must weigh nothing.
const rows = [
  { words: [...'床前明月光'], tags: ['O', 'O', 'B-X', 'I-X', 'O'] },
  { words: [...'地上'], tags: ['B-X', 'O'] },
];

const numbers = (x: Tensor) => Array.from(evaluate(engine, { x }).x.values);
const tensorOf = ({ values, shape, dtype }: HostTensor) => constant(values, shape, dtype);

async function setting(crf: boolean, dropout: number) {
  const model = await openModel(await smallModel('bert', { dropout, attentionDropout: dropout }), {
    engine: 'reference',
  });
  const task = prepareTokens(tokens({ words: 'words', tags: 'tags', crf }), { model, rows });
  const examples = await readExamples('rows', rows, task, taskTokenizer(model, 16));
  const random = streamFrom(3);
  // A random field of zeros would hide what it does to the gradient.
  const head = mapTree(task.freshHead(random), ({ shape, values, dtype }: HostTensor) => ({
    ...{ shape, dtype },
    values: Float32Array.from(values, (value) => value + 0.5 * (random.next() - 0.5)),
  }));
  const parameters: TaskParameters<HostTensor> = { encoder: model.parameters, head };
  const batch = trainingBatch(model, task, examples, 8);
  return { task, parameters: mapTree(parameters, tensorOf), batch: mapTree(batch, tensorOf) };
}
type Setting = Awaited<ReturnType<typeof setting>>;

const key = rootKey(constant([3, 1, 0], [3], 'int32'));
const withTable = (parameters: TaskParameters<Tensor>, tokenTable: Tensor): TaskParameters<Tensor> => ({
  ...parameters,
  encoder: { ...parameters.encoder, embeddings: { ...parameters.encoder.embeddings, tokenTable } },
});
const tableOf = ({ encoder }: TaskParameters<Tensor>) => encoder.embeddings.tokenTable;

/** Loss, and its slopes over the token table and over the head's kernel. */
function slopes(objective: TaskObjective, { parameters, batch }: Pick<Setting, 'parameters' | 'batch'>) {
  const { loss } = objective(parameters, batch, key);
  const kernel = parameters.head.classifier?.kernel as Tensor;
  const found = evaluate(engine, {
    loss,
    table: gradients(loss, tableOf(parameters)),
    kernel: gradients(loss, kernel),
  });
  return { loss: found.loss.values[0] as number, table: [...found.table.values], kernel: [...found.kernel.values] };
}

const close = (found: readonly number[], expected: readonly number[]) => {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
};

it.each([false, true])(
  'FGM on tags is the loss, and its slopes, at the table moved by ε·g/‖g‖ (random field: %s)',
  async (crf) => {
    const own = await setting(crf, 0.1);
    const found = slopes(regulariserFrom({ name: 'fgm', epsilon: 0.5 }, places)(own.task.objective), own);
    const plain = slopes(own.task.objective, own);
    const size = Math.hypot(...plain.table);
    const table = numbers(tableOf(own.parameters)).map((value, i) => value + (0.5 * (plain.table[i] as number)) / size);
    const moved = withTable(own.parameters, constant(table, tableOf(own.parameters).shape));
    const expected = slopes(own.task.objective, { ...own, parameters: moved });
    expect(found.loss).toBeCloseTo(expected.loss, 5);
    expect(Math.abs(found.loss - plain.loss)).toBeGreaterThan(1e-3);
    close(found.table, expected.table);
    close(found.kernel, expected.kernel);
  },
);

it.each([false, true])(
  'PGD on tags is FGM again from where it came to, and stays within its radius (random field: %s)',
  async (crf) => {
    const own = await setting(crf, 0.1);
    const [epsilon, stepSize] = [0.4, 0.3];
    const data: RegulariserData = { name: 'pgd', steps: 2, stepSize, epsilon };
    const found = slopes(regulariserFrom(data, places)(own.task.objective), own);
    const start = numbers(tableOf(own.parameters));
    let delta = start.map(() => 0);
    const at = () =>
      slopes(own.task.objective, {
        ...own,
        parameters: withTable(
          own.parameters,
          constant(
            start.map((x, i) => x + (delta[i] as number)),
            tableOf(own.parameters).shape,
          ),
        ),
      });
    for (let step = 0; step < 2; step++) {
      const { table } = at();
      const size = Math.hypot(...table);
      delta = delta.map((x, i) => x + (stepSize * (table[i] as number)) / size);
      const reach = Math.hypot(...delta);
      if (reach > epsilon) delta = delta.map((x) => (x * epsilon) / reach);
    }
    expect(Math.hypot(...delta)).toBeCloseTo(epsilon, 6);
    const expected = at();
    expect(found.loss).toBeCloseTo(expected.loss, 5);
    close(found.table, expected.table);
  },
);

it.each([false, true])('R-Drop on tags compares the two passes at the words alone (random field: %s)', async (crf) => {
  const own = await setting(crf, 0.3);
  const passes: { readonly loss: Tensor; readonly logits: Tensor }[] = [];
  const watched: TaskObjective = (parameters, batch, given) => {
    const value = own.task.objective(parameters, batch, given);
    passes.push({ loss: value.loss, logits: (value.output as TaskOutput).logits });
    return value;
  };
  const alpha = 4;
  const { loss, parts } = regulariserFrom({ name: 'r-drop', alpha }, places)(watched)(own.parameters, own.batch, key);
  expect(passes).toHaveLength(2);
  const [first, second] = passes.map(({ logits }) => numbers(logits));
  const weights = numbers(own.batch.targets.weights as Tensor);
  const count = own.task.labels.length;
  expect(weights.reduce((a, b) => a + b, 0)).toBe(7);
  const logSoftmax = (all: readonly number[], place: number) => {
    const logits = all.slice(place * count, (place + 1) * count);
    const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
    return logits.map((x) => x - total);
  };
  let apart = 0;
  for (const [place, weight] of weights.entries()) {
    if (weight === 0) continue;
    const [p, q] = [first, second].map((all) => logSoftmax(all as number[], place)) as [number[], number[]];
    // ½[D(p, q) + D(q, p)]
    apart +=
      p.reduce((sum, x, i) => sum + 0.5 * (Math.exp(x) - Math.exp(q[i] as number)) * (x - (q[i] as number)), 0) / 7;
  }
  expect(apart).toBeGreaterThan(1e-3);
  expect(numbers(parts.divergence as Tensor)[0]).toBeCloseTo(apart, 5);
  const [a, b] = passes.map((pass) => numbers(pass.loss)[0] as number) as [number, number];
  expect(numbers(loss)[0]).toBeCloseTo((a + b) / 2 + (alpha / 2) * apart, 5);
  // Its slope, along the table's own, is that of the loss as a function of the table: the passes' dropout is a function of the key.
  const regularised = regulariserFrom({ name: 'r-drop', alpha }, places)(own.task.objective);
  const { table } = slopes(regularised, own);
  const size = Math.hypot(...table);
  const start = numbers(tableOf(own.parameters));
  const lossAt = (by: number) => {
    const values = start.map((x, i) => x + (by * (table[i] as number)) / size);
    return slopes(regularised, {
      ...own,
      parameters: withTable(own.parameters, constant(values, tableOf(own.parameters).shape)),
    }).loss;
  };
  expect((lossAt(1e-2) - lossAt(-1e-2)) / 2e-2 / size).toBeCloseTo(1, 2);
});
