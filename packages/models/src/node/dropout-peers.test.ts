import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flattenTree, floats, type HostTensor, isHostTensor, mapTree } from '@cloze/backend';
import { savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { sgd, trainingStep, trainingVariables } from '@cloze/trainer';
import { describe, expect, it } from 'vitest';
import { askPython, plain } from '../../test/ask-python.ts';
import { smallModel, textsOf } from '../../test/small-model.ts';
import { readExamples } from '../fine-tune/read-examples.ts';
import { trainingBatch } from '../fine-tune/task-batches.ts';
import { taskTokenizer } from '../model/task-tokenizer.ts';
import { classification } from '../tasks/task.ts';
import { prepareTask } from '../tasks/task-kinds.ts';
import { openModel } from './open-model.ts';

const python = process.env.CLOZE_PYTHON ?? '';
const script = fileURLToPath(new URL('../../../../tooling/oracles/models_dropout.py', import.meta.url));

/** How a weight's gradients lie beside transformers'. */
interface Compared {
  readonly name: string;
  /** Of the means, in units of what chance gives two equal distributions. */
  readonly apart: number;
  /** Our standard deviation over theirs. */
  readonly spread: number;
}

describe.skipIf(!python)('dropout beside transformers (CLOZE_PYTHON)', () => {
  it('gives gradients of the same mean and spread in every weight, over 400 draws of one batch', async () => {
    const draws = 400;
    const sizes = { width: 32, heads: 4, layers: 2, dropout: 0.2, attentionDropout: 0.2 };
    const model = await openModel(await smallModel('bert', sizes));
    const rows = textsOf(24, 11).map((text, i) => ({ text, label: `${i % 3}` }));
    const task = prepareTask(classification({ text: 'text', label: 'label' }), { model, rows });
    const examples = await readExamples('rows', rows, task, taskTokenizer(model, 16));
    const batch = trainingBatch(model, task, examples, 16);
    const optimiser = sgd({ learningRate: 1 });
    const head = task.freshHead(streamFrom(2).fork('head'));
    const variables = trainingVariables(model.engine, { parameters: { encoder: model.parameters, head }, optimiser });
    const step = trainingStep({ variables, objective: task.objective, optimiser, seed: 5 });
    const start = variables.read();
    const sums = new Map<string, { readonly mean: Float64Array; readonly square: Float64Array }>();
    // A step of plain descent at rate 1 moves each weight by its gradient.
    for (let t = 1; t <= draws; t++) {
      await step(t, batch);
      const after = new Map(flattenTree(variables.read().parameters, isHostTensor));
      for (const [path, { values }] of flattenTree(start.parameters, isHostTensor)) {
        const moved = after.get(path)?.values as Float32Array;
        const { mean, square } = sums.get(path) ?? {
          mean: new Float64Array(values.length),
          square: new Float64Array(values.length),
        };
        sums.set(path, { mean, square });
        for (let i = 0; i < values.length; i++) {
          const gradient = (values[i] as number) - (moved[i] as number);
          (mean[i] as number) += gradient / draws;
          (square[i] as number) += gradient ** 2 / draws;
        }
      }
      variables.write(start);
    }
    variables.dispose();
    const folder = mkdtempSync(join(tmpdir(), 'cloze-dropout-'));
    try {
      const save = (name: string, of: (path: string, leaf: HostTensor) => HostTensor) => {
        const { encoder, head: drawn } = mapTree(start.parameters, (leaf, path) => of(path, leaf), isHostTensor);
        return savePretrained(join(folder, name), {
          ...{ ...model.loaded, ...drawn, parameters: encoder },
          head: { kind: 'sequence', labels: task.labels },
        });
      };
      const summed =
        (which: 'mean' | 'square') =>
        (path: string, { shape }: HostTensor) =>
          floats(shape, Float32Array.from(sums.get(path)?.[which] ?? []));
      await save('model', (_, leaf) => leaf);
      await save('mean', summed('mean'));
      await save('square', summed('square'));
      const { ids, segments, attend, targets } = batch;
      const work = {
        ...Object.fromEntries(['model', 'mean', 'square'].map((name) => [name, join(folder, name)])),
        ...{ draws, seed: 9, ...plain({ ids, segments, attend }), ...plain(targets) },
      };
      const found = askPython<readonly Compared[]>(python, script, work, folder);
      const [first, last] = [0, -1].map((at) =>
        found
          .map(({ spread }) => spread)
          .sort((a, b) => a - b)
          .at(at),
      );
      const apart = found.reduce((most, one) => Math.max(most, one.apart), 0);
      console.info(
        `dropout: ${found.length} weights; means ${apart.toFixed(2)} times chance apart at most; spread ${first?.toFixed(3)} to ${last?.toFixed(3)} of theirs`,
      );
      // Seeds are fixed. Of two equal distributions a bias of few numbers lies 2 times chance apart in one of some fifty; the spread of 400 draws is known to 5 %.
      expect(found.length).toBeGreaterThan(30);
      expect(found.filter(({ apart, spread }) => apart > 2 || Math.abs(spread - 1) > 0.1)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      model.dispose();
    }
  }, 600_000);
});
