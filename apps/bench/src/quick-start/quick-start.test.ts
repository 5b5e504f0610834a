import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Engine, tfjsEngine } from '@cloze/backend';
import { type Poem, readPoetry } from '@cloze/datasets/node';
import { openModel } from '@cloze/models/node';
import { sortTables } from 'cloze/terminal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QuickStartResult, quickStart } from '../pipeline.ts';
import { contenders } from './contender.ts';
import { folderWorkspace } from './folder-workspace.ts';
import { InterruptedError } from './interrupted-error.ts';
import type { Plan } from './plan.ts';
import { quickStartReport } from './report.ts';

const plan: Plan = {
  layers: 1,
  width: 8,
  vocabulary: 300,
  length: 16,
  longest: 32,
  batch: 4,
  pretrainSteps: 6,
  fineTuneSteps: 3,
  poemsPerDynasty: 600,
  labelled: { train: 24, test: 12 },
  scored: 4,
};
const root = mkdtempSync(join(tmpdir(), 'cloze-quick-start-'));
const signal = { aborted: false };
let engine: Engine;
let poems: Poem[];
beforeAll(async () => {
  engine = await tfjsEngine('cpu');
  const folder = join(dirname(createRequire(import.meta.url).resolve('chinese-poetry/package.json')), 'dist');
  poems = readPoetry(folder, { perDynasty: plan.poemsPerDynasty });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs in a folder; `stopAt` raises the signal after that many pretraining steps. */
function run(
  folder: string,
  { policies = [] as string[], seed = 1, stopAt = 0, fresh = false, steps = [] as string[] } = {},
) {
  signal.aborted = false;
  const settings = { plan, seed };
  let clock = 0;
  return quickStart(engine, poems, plan, {
    seed,
    settings,
    signal,
    contenders: contenders(policies),
    now: () => clock++,
    workspace: folderWorkspace(join(root, folder), { settings, fresh, warn: () => {} }),
    watch: (encoder, phase) => (record) => {
      steps.push(`${encoder} ${phase} ${record.step}`);
      if (stopAt > 0 && steps.length === stopAt) signal.aborted = true;
    },
  });
}

/** Everything but times. */
const figures = ({ models, comparisons }: QuickStartResult) =>
  JSON.stringify([
    models.map(({ curve, logProbabilities, predictions, guesses, pseudoPerplexity }) => [
      curve.map(({ step, loss, metrics }) => [step, loss, metrics]),
      ...[logProbabilities, predictions, guesses, pseudoPerplexity],
    ]),
    comparisons,
  ]);

describe('the quick start', () => {
  it('gives the same figures for the same seed, whether it was stopped on the way or not', async () => {
    const whole = await run('whole');
    expect(whole.models.map(({ name }) => name)).toEqual(['BERT', 'T-TA']);
    expect(whole.models.every(({ curve }) => curve.length === plan.pretrainSteps)).toBe(true);
    // In the middle of BERT, of BERT's fine-tuning, and of T-TA.
    for (const stopAt of [4, 7, 5]) await expect(run('stopped', { stopAt })).rejects.toThrow(InterruptedError);
    expect(figures(await run('stopped'))).toBe(figures(whole));
    expect(figures(await run('other', { seed: 2 }))).not.toBe(figures(whole));
  });

  it('a second run trains nothing; --fresh, another seed or a damaged encoder trains again', async () => {
    const first: string[] = [];
    await run('again', { steps: first });
    expect(first).toHaveLength(2 * (plan.pretrainSteps + plan.fineTuneSteps));
    const second: string[] = [];
    await run('again', { steps: second });
    expect(second).toEqual([]);
    writeFileSync(join(root, 'again', 'bert', 'model.safetensors'), 'torn');
    await run('again', { steps: second });
    expect(second.every((step) => step.startsWith('BERT'))).toBe(true);
    expect(second).toHaveLength(plan.pretrainSteps + plan.fineTuneSteps);
    const third: string[] = [];
    await run('again', { fresh: true, steps: third });
    expect(third).toHaveLength(first.length);
    expect(readdirSync(join(root, 'again', 'work')).length).toBe(2);
  });

  it('saves encoders that open as Hugging Face folders', async () => {
    await run('saved');
    for (const [id, architecture] of [
      ['bert', 'bert'],
      ['t-ta', 't-ta'],
    ] as const) {
      const model = await openModel(join(root, 'saved', id), { engine });
      expect([model.family, model.config.layers, model.config.width]).toEqual([architecture, 1, 8]);
      model.dispose();
    }
  });

  it('compares masking policies, each against the first', async () => {
    const result = await run('policies', { policies: ['bert', 'whole-word', 'mask-80'] });
    expect(result.models.map(({ name }) => name)).toEqual(['BERT, bert', 'BERT, whole-word', 'BERT, mask-80']);
    expect(result.comparisons.map(({ name }) => name)).toEqual(['BERT, whole-word', 'BERT, mask-80']);
    const losses = result.models.map(({ curve }) => curve.map(({ loss }) => loss).join());
    expect(new Set(losses).size).toBe(3);
    await expect(run('unknown', { policies: ['whole-wrod'] })).rejects.toThrow(
      "there is no masking preset 'whole-wrod'; did you mean 'whole-word'?",
    );
    // Targets of another kind cannot pretrain BERT's head.
    await expect(run('unknown', { policies: ['electra'] })).rejects.toThrow('--policy: electra hides no tokens');
  });

  it('says what a corpus lacks', async () => {
    const { length } = poems;
    const few = poems.slice(0, 3);
    const settings = 'few';
    const workspace = folderWorkspace(join(root, 'few'), { settings, fresh: false, warn: () => {} });
    const options = { seed: 1, settings, workspace, contenders: contenders([]), now: () => 0, watch: () => () => {} };
    expect(length).toBeGreaterThan(3);
    await expect(quickStart(engine, few, plan, options)).rejects.toThrow('3 poems leave no');
  });

  it('reports them on a page that needs no network, the same bytes for the same figures', async () => {
    const result = await run('page');
    const options = { engine: 'cpu 4', seed: 1, commands: ['pnpm bench fill "<x>"'] };
    const html = await quickStartReport(result, options);
    expect(await quickStartReport(result, options)).toBe(html);
    expect(html.match(/<svg/g)).toHaveLength(5);
    expect(html.replace(sortTables, '')).not.toMatch(/NaN|undefined|src="http|<x>/);
  });
});
