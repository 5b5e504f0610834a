import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@cloze/models/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropToken } from '../drop-token.ts';
import { resolveSettings } from '../settings.ts';
import { chosenRate } from './chosen-rate.ts';
import { dataFolder } from './data-folder.ts';
import type { Lab } from './lab.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-chosen-rate-'));
let engine: Lab['engine'];
beforeAll(async () => {
  engine = (await openEngine()).engine;
});
afterAll(() => {
  engine.dispose();
  rmSync(root, { recursive: true });
});

/** Two classes told apart by one character; `wrong` turns the labels of dev round. */
function rows(name: string, wrong = false): string {
  const folder = join(root, name, 'clue', 'tnews');
  mkdirSync(folder, { recursive: true });
  const line = (i: number, turned: boolean) =>
    `${JSON.stringify({ sentence: (i % 2 ? '山' : '水').repeat(1 + (i % 7)), label: (i % 2 === 1) !== turned ? '101' : '102' })}\n`;
  const lines = (count: number, turned: boolean) => Array.from({ length: count }, (_, i) => line(i, turned)).join('');
  writeFileSync(join(folder, 'train.json'), lines(80, false));
  writeFileSync(join(folder, 'dev.json'), lines(20, wrong));
  return join(root, name);
}

function labOf({ seed = 1, ...more }: Partial<Lab> = {}): Lab & { readonly said: string[] } {
  const said: string[] = [];
  return {
    ...{ engine, placement: {}, seed, folder: mkdtempSync(join(root, 'run-')), encoder: undefined, said },
    ...{ data: dataFolder(undefined), signal: new AbortController().signal, rewind: () => {}, log: () => {} },
    ...{ say: (line) => said.push(line), now: () => performance.now() / 1000, ...more },
  };
}

/** A run of DropToken's baseline. */
async function run(lab: Lab, rates: readonly number[]) {
  const arm = dropToken.arms(dropToken.sizes.tiny).find(({ name }) => name === 'tnews.drop-0.00');
  const changes = { 'tune.rates': rates, 'tune.train.steps': 60, 'tune.train.learningRate': 1e-7 };
  return dropToken.run(lab, resolveSettings(dropToken, 'tiny', changes, arm), arm as never);
}

it('of several rates a run takes the one that does best on a tenth of train, whatever dev and its seed are, and says which', async () => {
  const [data, turned] = [rows('told'), rows('turned', true)];
  const searches: string[][] = [];
  for (const [seed, folder] of [
    [1, data],
    [2, turned],
  ] as const) {
    const lab = labOf({ data: dataFolder(folder), seed });
    const { measures } = await run(lab, [1e-7, 1e-2]);
    expect(measures.learningRate).toBe(1e-2);
    const searched = lab.said.filter((line) => line.startsWith('search:'));
    searches.push(searched);
    expect(searched).toEqual([
      expect.stringContaining('learningRate 1e-7 gives accuracy'),
      expect.stringContaining('learningRate 0.01 gives accuracy 1.0000 on 6 rows of train'),
    ]);
    // Learnt by heart: sure of dev where it is as train is, surely wrong where it is turned round.
    const { devLoss = Number.NaN } = measures;
    if (folder === data) expect(devLoss).toBeLessThan(0.3);
    else expect(devLoss).toBeGreaterThan(1.5);
  }
  expect(searches[0]).toEqual(searches[1]);
  expect((await run(labOf({ data: dataFolder(data) }), [])).measures.learningRate).toBeUndefined();
}, 180_000);

it('runs that differ by their seed alone search once; others, or without a folder to keep it in, for themselves', async () => {
  let searched = 0;
  const search = async () => ++searched;
  const keep = join(root, 'kept');
  const ask = (more: Partial<Lab>, phase = 'fine-tune tnews') => chosenRate(labOf(more), phase, search);
  expect(await ask({ keep, alike: 'a' })).toBe(1);
  expect(await ask({ keep, alike: 'a', seed: 2 })).toBe(1);
  expect(await ask({ keep, alike: 'b' })).toBe(2);
  expect(await ask({ keep, alike: 'a' }, 'fine-tune ocnli')).toBe(3);
  const data = dataFolder(root);
  data.note({ path: 'train.json', bytes: 1, sha256: '0'.repeat(64) });
  expect(await ask({ keep, alike: 'a', data })).toBe(4);
  expect(await ask({})).toBe(5);
  expect(await ask({})).toBe(6);
});

it('a search that fails is no choice: the next run searches again', async () => {
  const lab = labOf({ keep: join(root, 'failed'), alike: 'a' });
  const fail = async () => {
    throw new Error('no rate will do');
  };
  await expect(chosenRate(lab, 'x', fail)).rejects.toThrow('no rate will do');
  expect(await chosenRate(lab, 'x', async () => 0.5)).toBe(0.5);
});
