import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '@cloze/models';
import { folderQueue, scheduleRuns, specHash } from '@cloze/sweeps/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipeOf } from '../recipes/all-recipes.ts';
import { compactRecord, expandRecord, packBits, unpackBits } from './compact-record.ts';
import { comparePredictions } from './compare-predictions.ts';
import { executeRun } from './execute-run.ts';
import { findRecords } from './find-records.ts';
import { isFinished, readPredictions, readRecord } from './run-record.ts';
import { planRuns, runFolder } from './run-spec.ts';
import { scoreSet } from './score-set.ts';
import { verifyRun } from './verify-run.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-runs-'));
afterAll(() => rmSync(root, { recursive: true }));

const plan = (seeds: readonly number[], steps = 4) =>
  planRuns(recipeOf('drop-token'), {
    size: 'tiny',
    seeds,
    changes: { 'tune.train.steps': steps },
    arms: ['tnews.drop-0.00', 'tnews.drop-0.50'],
    data: 'poems',
  });
const planned = (own: string, specs: ReturnType<typeof plan>) =>
  specs.map((spec) => ({ spec, folder: runFolder(own, spec) }));
const place = { data: undefined, encoder: undefined, threads: 1 };
const quiet = { signal: new AbortController().signal, say: () => {} };

describe('plan', () => {
  it('is seeds outside and arms inside, each with its own settings and folder', () => {
    const specs = plan([1, 2]);
    expect(specs.map((spec) => runFolder('runs', spec))).toEqual([
      join('runs', 'drop-token', 'tnews.drop-0.00-1'),
      join('runs', 'drop-token', 'tnews.drop-0.50-1'),
      join('runs', 'drop-token', 'tnews.drop-0.00-2'),
      join('runs', 'drop-token', 'tnews.drop-0.50-2'),
    ]);
    expect(new Set(specs.map(specHash)).size).toBe(4);
    expect(specs[1]?.settings).toMatchObject({ rate: 0.5, tune: { train: { steps: 4 } } });
  });
  it('names an arm that is not there', () => {
    const wrong = { size: 'tiny', seeds: [1], changes: {}, data: 'poems', arms: ['drop'] } as const;
    expect(() => planRuns(recipeOf('drop-token'), wrong)).toThrow('no arm drop; there are iflytek.drop-0.00');
  });
});

describe('folder queue', () => {
  it('gives each run to one scheduler, leaves what is finished and what another living one has', async () => {
    const own = join(root, 'queue');
    const specs = plan([1, 2]);
    const done = runFolder(own, specs[0] as never);
    await executeRun(specs[0] as never, { ...place, folder: done }, quiet);
    const [first, second] = [
      folderQueue(planned(own, specs), { isFinished }),
      folderQueue(planned(own, specs), { isFinished }),
    ];
    const taken = [await first.take(), await second.take(), await first.take(), await second.take()];
    expect(taken.map((job) => job?.folder)).toEqual([
      ...[specs[1], specs[2], specs[3]].map((spec) => runFolder(own, spec as never)),
      undefined,
    ]);
    const others = [taken[0], taken[2]].map((job) => ({
      folder: job?.folder,
      reason: expect.stringContaining(`in use by process ${process.pid}`),
    }));
    expect([first.refused(), second.refused()]).toEqual([[{ ...others[0], folder: taken[1]?.folder }], others]);
    await taken[0]?.release();
    expect((await folderQueue(planned(own, specs), { isFinished }).take())?.folder).toBe(taken[0]?.folder);
  });
  it('a run that fails is noted and does not end the others', async () => {
    const own = join(root, 'failing');
    const outcome = await scheduleRuns(folderQueue(planned(own, plan([1])), { isFinished }), {
      jobs: 2,
      signal: quiet.signal,
      watch: () => {},
      run: async ({ spec }) => (spec.arm.endsWith('0.50') ? { kind: 'failed', reason: 'no' } : { kind: 'finished' }),
    });
    expect(outcome).toMatchObject({ finished: 1, interrupted: false, failed: [{ reason: 'no' }] });
    mkdirSync(join(own, 'drop-token', 'x'), { recursive: true });
    expect(readFileSync(join(own, 'drop-token', 'tnews.drop-0.50-1', 'failure.json'), 'utf8')).toContain('no');
  });
});

describe('a run', () => {
  const [spec] = plan([1]) as [ReturnType<typeof plan>[number]];
  const main = join(root, 'main');
  const folder = runFolder(main, spec);
  beforeAll(() => executeRun(spec, { ...place, folder }, quiet));

  it('leaves a record that verifies, and the same spec gives the same predictions', async () => {
    expect(await verifyRun(folder)).toEqual([]);
    const again = join(root, 'again');
    await executeRun(spec, { ...place, folder: again }, quiet);
    const of = (run: string) => ({ predictions: readPredictions(run), scores: readRecord(run).scores });
    expect(comparePredictions(of(folder), of(again))).toBe('identical');
    const { machine, spec: hash } = readRecord(folder).manifest;
    expect(hash).toBe(specHash(spec));
    expect(JSON.stringify(machine)).not.toContain('/');
  });
  it('is alone in its folder: a second process is refused while the first is there', async () => {
    const shared = join(root, 'shared');
    const first = executeRun(spec, { ...place, folder: shared }, quiet);
    // Two that ask at the same instant would both give way.
    while (!existsSync(join(shared, 'spec.json'))) await new Promise((done) => setTimeout(done, 1));
    await expect(executeRun(spec, { ...place, folder: shared }, quiet)).rejects.toThrow(
      `${shared} is in use by process ${process.pid}`,
    );
    await first;
    expect(await verifyRun(shared)).toEqual([]);
  });
  it('refuses a folder that was begun with other settings', async () => {
    const [other] = plan([1], 5);
    await expect(executeRun(other as never, { ...place, folder }, quiet)).rejects.toThrow('begun with other settings');
  });
  it('verify finds a changed file, a changed score, a missing file', async () => {
    const hurt = join(root, 'hurt');
    await executeRun(spec, { ...place, folder: hurt }, quiet);
    const scores = readFileSync(join(hurt, 'scores.json'), 'utf8');
    writeFileSync(join(hurt, 'scores.json'), scores.replace(/"value":[\d.]+/, '"value":99.5'));
    expect(await verifyRun(hurt)).toEqual([
      'scores.json is not what the manifest says: it was changed',
      'scores.json is not what the predictions give',
    ]);
    writeFileSync(join(hurt, 'scores.json'), scores);
    expect(await verifyRun(hurt)).toEqual([]);
    rmSync(join(hurt, 'steps.jsonl'));
    expect(await verifyRun(hurt)).toEqual(['steps.jsonl is missing']);
    rmSync(join(hurt, 'manifest.json'));
    expect((await verifyRun(hurt))[0]).toContain('not finished');
  });
  it('interrupted in a long training it goes on from its checkpoint and ends with the same predictions', async () => {
    const [long] = plan([1], 260);
    const whole = join(root, 'whole');
    await executeRun(long as never, { ...place, folder: whole }, quiet);
    const cut = join(root, 'cut');
    const stop = new AbortController();
    // The first line of the log says that the training has begun.
    const watch = setInterval(() => {
      if (existsSync(join(cut, 'steps.jsonl'))) stop.abort();
    }, 5);
    const first = executeRun(long as never, { ...place, folder: cut }, { signal: stop.signal, say: () => {} });
    await expect(first).rejects.toBeInstanceOf(InterruptedError);
    clearInterval(watch);
    await executeRun(long as never, { ...place, folder: cut }, quiet);
    expect(readPredictions(cut)).toEqual(readPredictions(whole));
    expect(readRecord(cut).manifest.resumed).toBe(1);
    const steps = (run: string) => readRecord(run).steps.map(({ step, loss }) => [step, loss]);
    expect(steps(cut)).toEqual(steps(whole));
  });
  it('compact records keep every figure and example', () => {
    const record = readRecord(folder);
    const back = expandRecord(record.folder, JSON.parse(JSON.stringify(compactRecord(record))));
    expect(back.scores).toEqual(record.scores);
    expect(JSON.stringify(compactRecord(record))).not.toMatch(/"prediction"|"label"/);
    expect(findRecords(main).records.map((found) => found.folder)).toEqual([folder]);
  });
});

describe('scoreSet', () => {
  it('accuracy, loss by token, and correlation by hand', () => {
    const line = (id: number, label: string, prediction: string) => ({ id, label, prediction });
    const [accuracy] = scoreSet({
      name: 'a',
      kind: 'class',
      lines: [line(1, 'x', 'x'), line(2, 'x', 'y'), line(3, 'z', 'z')],
    });
    expect(accuracy?.value).toBeCloseTo(200 / 3, 10);
    const [loss] = scoreSet({
      name: 'l',
      kind: 'loss',
      lines: [
        { id: 1, loss: 6, tokens: 3 },
        { id: 2, loss: 1, tokens: 1 },
      ],
    });
    expect([loss?.value, loss?.higherIsBetter]).toEqual([7 / 4, false]);
    const similar = [0, 1, 1, 0].map((label, id) => ({ id, label, prediction: [0.1, 0.9, 0.8, 0.2][id] as number }));
    expect(scoreSet({ name: 's', kind: 'similarity', lines: similar })[0]?.value).toBeCloseTo(89.4427, 3);
    const written = scoreSet({
      name: 't',
      kind: 'text',
      lines: [{ id: 1, reference: '春眠不覺曉', prediction: '春眠不覺曉' }],
    });
    expect(written.map(({ metric, value }) => [metric, Math.round(value)])).toEqual([
      ['ROUGE-L', 100],
      ['ROUGE-1', 100],
      ['ROUGE-2', 100],
      ['BLEU', 100],
    ]);
  });
  it('bits come back', () => {
    const values = Array.from({ length: 37 }, (_, i) => (i % 3 === 0 || i === 36 ? 100 : 0));
    expect(unpackBits(packBits(values), 37)).toEqual(values);
  });
});
