import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, referenceEngine } from '@cloze/backend';
import { InterruptedError, openModel } from '@cloze/models/node';
import { sortTables } from 'cloze/terminal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutVerse, isVariant, splitOf } from './cut-verse.ts';
import { quickStart } from './pipeline.ts';
import type { Plan } from './plan.ts';
import { readPoems } from './read-poems.ts';
import { quickStartReport } from './report.ts';
import { famous, riddles } from './riddles.ts';

const plan: Plan = {
  name: 'tiny',
  pretraining: { layers: 1, width: 8, heads: 2, batchSize: 4, maxSteps: 6, learningRate: 1e-3 },
  characters: 800,
  fineTuneSteps: 3,
  heldOut: 4,
  labelled: { train: 24, test: 12 },
};
const root = mkdtempSync(join(tmpdir(), 'cloze-quick-start-'));
const poems = readPoems(10_000);
let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs in a folder; `stopAt` raises the signal after that many steps of this process. */
async function run(name: string, { seed = 1, stopAt = 0, steps = [] as string[] } = {}) {
  const stop = new AbortController();
  const folder = join(root, name);
  return quickStart(engine, poems, plan, {
    seed,
    folder,
    say: () => {},
    signal: stop.signal,
    watch: (part) => [
      {
        onStepEnd: ({ step }) => {
          steps.push(`${part} ${step}`);
          if (steps.length === stopAt) stop.abort();
        },
      },
    ],
  });
}

describe('the quick start', () => {
  it('gives the same figures and curve for the same seed, whether it was stopped on the way or not', async () => {
    const first: string[] = [];
    const whole = await run('whole', { steps: first });
    expect(first).toHaveLength(plan.pretraining.maxSteps + plan.fineTuneSteps);
    expect(whole.curve.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    // In the middle of pretraining, then of fine-tuning.
    for (const stopAt of [4, 4]) await expect(run('stopped', { stopAt })).rejects.toThrow(InterruptedError);
    expect(await run('stopped')).toEqual(whole);
    expect((await run('other', { seed: 2 })).models).not.toEqual(whole.models);
  });

  it('trains nothing in a second run, saves an encoder that opens as a folder, and reports on a page that needs no network', async () => {
    const second: string[] = [];
    const result = await run('whole', { steps: second });
    expect(second).toEqual([]);
    const model = await openModel(join(root, 'whole', 'encoder'), { engine });
    expect([model.family, model.config.layers, model.config.width]).toEqual(['t-ta', 1, 8]);
    model.dispose();
    const page = () => quickStartReport(result, { engine: 'cpu 4', seed: 1, commands: ['pnpm bench "<x>"'] });
    const html = await page();
    expect(await page()).toBe(html);
    expect(html.match(/<svg/g)).toHaveLength(3);
    expect(html.replace(sortTables, '')).not.toMatch(/NaN|undefined|src="http|<x>/);
  });
});

describe('cutVerse', () => {
  const { train, heldOut, labelled } = cutVerse(poems, { characters: 2000, heldOut: 30, labelled: plan.labelled });
  const couplets = (rows: readonly string[]) => rows.flatMap((row) => [row.slice(0, 12), row.slice(12)]);

  it('cuts rows of one form in the commonest characters', () => {
    const rows = [...train, ...heldOut, ...labelled.train.map(({ verse }) => verse)];
    expect(rows.every((row) => /^([^，。]{5}，[^，。]{5}。){2}$/u.test(row))).toBe(true);
    expect(new Set(train.join('')).size).toBeLessThanOrEqual(2000);
    expect(heldOut).toHaveLength(30);
  });

  it('shows the encoder no couplet that is scored, nor a variant of one with a gap', () => {
    const shown = new Set(couplets(train));
    for (const couplet of couplets(heldOut)) expect(shown.has(couplet)).toBe(false);
    const gaps = couplets([...riddles, famous].map(({ verse }) => verse));
    // Some of these poems are in the package, so that leaving them out does something.
    expect(poems.flatMap((poem) => poem.couplets).filter((couplet) => gaps.includes(couplet))).not.toEqual([]);
    expect([...shown].filter((couplet) => gaps.some((gap) => isVariant(gap, couplet)))).toEqual([]);
    expect(isVariant('牀前看月光，疑是地上霜。', '床前明月光，疑是地上霜。')).toBe(true);
    expect(isVariant('牀前看月光，疑是地上霜。', '舉頭望山月，低頭思故鄉。')).toBe(false);
  });

  it('takes as many labelled rows of each dynasty, by authors of their own', () => {
    const tang = (rows: typeof labelled.test) => rows.filter(({ dynasty }) => dynasty === 'tang').length;
    expect(tang(labelled.train)).toBe(labelled.train.length / 2);
    expect(tang(labelled.test)).toBe(labelled.test.length / 2);
    expect(labelled.test.length).toBeGreaterThan(0);
  });

  it('says what a corpus lacks', () => {
    const few = () => cutVerse(poems.slice(0, 1), { characters: 2000, heldOut: 4, labelled: plan.labelled });
    expect(few).toThrow('1 poems leave no');
  });
});

describe('the riddles', () => {
  it('are twenty rows of the form, each asking for the character that the rule says', () => {
    expect(new Set(riddles.map(({ verse }) => verse)).size).toBe(20);
    for (const { verse } of [...riddles, famous]) expect(verse).toMatch(/^([^，。]{5}，[^，。]{5}。){2}$/u);
    // Places before the rule was code, when each stood beside its row.
    const places = [6, 12, 19, 2, 9, 16, 0, 6, 13, 20, 3, 10, 18, 0, 7, 14, 21, 4, 12, 18];
    expect(riddles.map(({ place }) => place)).toEqual(places);
  });
});

it('authors are in one split each, and all splits occur', () => {
  expect(new Set(readPoems(1500).map(({ author }) => splitOf(author)))).toEqual(new Set(['train', 'valid', 'test']));
  expect(splitOf('李白')).toBe(splitOf('李白'));
});
