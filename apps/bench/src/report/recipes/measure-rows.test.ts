import { expect, it } from 'vitest';
import type { JudgedRecipe } from './judge-recipe.ts';
import { measureRows } from './measure-rows.ts';
import { scaleOf } from './scale-of.ts';

const run = (row: string, measures: object, settings: object, sha256?: string) => ({
  spec: { row, settings, size: 'laptop', data: 'folder', ...(sha256 && { encoder: { name: 'folder', sha256 } }) },
  measures,
  manifest: { machine: { cores: 2, processor: 'x' }, engine: { name: 'reference', version: '1' } },
});
const tune = (steps: number, train = 1_000_000) => ({ tune: { train: { steps, batch: 16 }, limits: { train } } });

it('costs are medians, so that one run on a busy machine does not count', () => {
  const records = [10, 900, 12].map((seconds) => run('a', { seconds }, {}));
  const judged = {
    rows: ['a', 'b'],
    records: [...records, run('b', { seconds: 3 }, {}), run('b', { seconds: 4, tokens: 2000 }, {})],
  };
  expect(measureRows(judged as object as JudgedRecipe)).toEqual({
    head: ['median of runs', 'seconds', 'tokens'],
    body: [
      ['a', '12.00', '-'],
      ['b', '3.500', '2000'],
    ],
  });
});

it('tasks of one row have lines of their own: their losses are no figures of one kind', () => {
  const losses = [
    ['tnews', 1, 2e-4],
    ['tnews', 3, 2e-4],
    ['iflytek', 5, 5e-4],
  ] as const;
  const records = losses.map(([task, devLoss, learningRate]) => run('a', { devLoss, learningRate }, { task }));
  const judged = { rows: ['a', 'b'], records: [...records, run('b', { devLoss: 2 }, { task: 'tnews' })] };
  expect(measureRows(judged as object as JudgedRecipe).body).toEqual([
    ['a: tnews', '2.000', '0.0002000'],
    ['a: iflytek', '5.000', '0.0005000'],
    ['b', '2.000', '-'],
  ]);
});

it('the scale says how much settings and encoders differ between runs', () => {
  const records = [run('a', {}, tune(60), 'aaaaaaaaaa'), run('a', {}, tune(250, 1000), 'bbbbbbbbbb')];
  expect(scaleOf({ records } as object as JudgedRecipe)).toBe(
    'Ours: size laptop; from encoders of ours (weights aaaaaaaa, bbbbbbbb); 60 to 250 steps of fine-tuning in batches of 16; training rows: 1000 to all. 2 runs on 2 cores (x), reference 1.',
  );
  const without = scaleOf({
    records: [run('a', {}, { ...tune(60), tasks: [] }, 'aaaaaaaaaa')],
  } as object as JudgedRecipe);
  expect(without).toContain('(weights aaaaaaaa). 1 runs');
  const fresh = { ...tune(60), encoder: { layers: 2, width: 96 } };
  expect(scaleOf({ records: [run('a', {}, fresh)] } as object as JudgedRecipe)).toContain(
    'from fresh weights; 2 layers of 96; 60 steps of fine-tuning in batches of 16; training rows: all.',
  );
  const epochs = { tune: { epochs: 5, batch: 64, limits: { train: 10_000_000 } } };
  expect(scaleOf({ records: [run('a', {}, epochs, 'aaaaaaaaaa')] } as object as JudgedRecipe)).toContain(
    '; 5 epochs of fine-tuning in batches of 64; training rows: all. 1 runs',
  );
  const instead = { tune: { ...tune(60).tune, epochs: 3 } };
  expect(scaleOf({ records: [run('a', {}, instead, 'aaaaaaaaaa')] } as object as JudgedRecipe)).toContain(
    '; 3 epochs of fine-tuning in batches of 16; training rows: all. 1 runs',
  );
  expect(
    scaleOf({
      records: [run('a', {}, instead, 'aaaaaaaaaa'), run('a', {}, tune(60), 'aaaaaaaaaa')],
    } as object as JudgedRecipe),
  ).toContain('; 60 steps of fine-tuning in batches of 16; 3 epochs of fine-tuning in batches of 16;');
  const none = { tune: { ...tune(60).tune, epochs: null } };
  expect(scaleOf({ records: [run('a', {}, none, 'aaaaaaaaaa')] } as object as JudgedRecipe)).toContain(
    '; 60 steps of fine-tuning in batches of 16;',
  );
  const unlimited = [run('a', {}, tune(60), 'aaaaaaaaaa'), run('a', {}, tune(60, 10_000_000), 'aaaaaaaaaa')];
  expect(scaleOf({ records: unlimited } as object as JudgedRecipe)).toContain('training rows: all. 2 runs');
  const ended = { train: { steps: 900, batch: 8 }, cooldown: { from: 300, to: 400 } };
  expect(scaleOf({ records: [run('a', {}, ended)] } as object as JudgedRecipe)).toContain(
    '; 400 steps of pretraining in',
  );
  const streamed = { pretraining: { maxSteps: 700, batchSize: 32 }, ...epochs };
  expect(scaleOf({ records: [run('a', {}, streamed)] } as object as JudgedRecipe)).toContain(
    '; 700 steps of pretraining in batches of 32; 5 epochs',
  );
  // An encoder that is given stands for it.
  expect(scaleOf({ records: [run('a', {}, streamed, 'aaaaaaaaaa')] } as object as JudgedRecipe)).toContain(
    '(weights aaaaaaaa); 5 epochs',
  );
  // What a record was told may be anything; an object need not turn into a text.
  const odd = { ...ended, cooldown: null, train: { steps: { toString: 1 }, batch: [null] } };
  expect(scaleOf({ records: [run('a', {}, odd)] } as object as JudgedRecipe)).toContain(
    '; {"toString":1} steps of pretraining in batches of [null]',
  );
  const whole = { ...ended, cooldown: null };
  expect(scaleOf({ records: [run('a', {}, whole)] } as object as JudgedRecipe)).toContain(
    '; 900 steps of pretraining in',
  );
});
