import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@cloze/backend';
import { InterruptedError } from '@cloze/models';
import { openEngine } from '@cloze/models/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logProblems } from '../../runs/log-problems.ts';
import { dataFolder } from './data-folder.ts';
import { keptEncoder } from './kept-encoder.ts';
import type { Lab } from './lab.ts';
import { textSizes } from './text-settings.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-kept-encoder-'));
let engine: Engine;
beforeAll(async () => {
  engine = (await openEngine()).engine;
});
afterAll(() => {
  engine.dispose();
  rmSync(root, { recursive: true });
});

const { tiny } = textSizes;
const settings = { ...tiny, pretraining: { ...tiny.pretraining, maxSteps: 12 } };

/** A run that keeps its encoder in a folder; with `stopAt` it is told to stop when it has said so many lines. */
async function made(keep: string | undefined, { stopAt = 0, seed = 1, more = {} as Partial<Lab> } = {}) {
  const stop = new AbortController();
  let said = 0;
  const folder = mkdtempSync(join(root, 'run-'));
  const data = dataFolder(undefined);
  const lab: Lab = {
    ...{ engine, placement: {}, seed, folder, data, encoder: undefined, signal: stop.signal },
    ...{ rewind: () => {}, log: () => {}, now: () => performance.now() / 1000 },
    ...(keep !== undefined && { keep }),
    say: () => {
      said++;
      if (said === stopAt) stop.abort();
    },
    ...more,
  };
  const kept = await keptEncoder(lab, 'bert', settings, 1);
  return { ...kept, files: data.files };
}

const folderOf = (keep: string) => join(keep, 'encoders', String(readdirSync(join(keep, 'encoders'))[0]));

describe('an encoder that runs share', () => {
  it('is made once, whatever seed fine-tunes from it, and is part of what each run read', async () => {
    const keep = join(root, 'shared');
    const first = await made(keep);
    const parts = first.made?.parts ?? [];
    expect(parts.map(({ from, to }) => [from, to])).toEqual([[1, 12]]);
    expect(parts[0]?.processor).not.toBe('');
    const told = readFileSync(join(folderOf(keep), 'made.json'), 'utf8');
    const second = await made(keep, { seed: 2 });
    expect(readFileSync(join(folderOf(keep), 'made.json'), 'utf8')).toBe(told);
    expect(second.made).toEqual(first.made);
    expect(second.files).toEqual(first.files);
    expect(first.files[0]?.path).toMatch(/^\$CLOZE_KEEP\/encoders\/bert-[0-9a-f]{12}\/encoder\/model\.safetensors$/);
    // Checkpoints and text are let go.
    expect(readdirSync(folderOf(keep)).sort()).toEqual(
      ['encoder', 'gathered.json', 'held.txt', 'made.json', 'parts.json', 'steps.jsonl'].sort(),
    );
  });

  it('that was stopped goes on in another run to the same weights, with a whole log that says who made which steps', async () => {
    const [whole, keep] = [await made(join(root, 'whole')), join(root, 'stopped')];
    // The text, the vocabulary and what it costs have been said by then.
    await expect(made(keep, { stopAt: 3 })).rejects.toThrow(InterruptedError);
    const rest = await made(keep);
    expect(rest.made?.sha256).toBe(whole.made?.sha256);
    expect(rest.made?.heldOut).toEqual(whole.made?.heldOut);
    const { parts = [], steps = [] } = rest.made ?? {};
    expect(parts.at(-1)?.to).toBe(12);
    expect(parts.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBe(12);
    expect(logProblems(steps, { pretrain: 12, 'held out': 12 })).toEqual([]);
  });

  it('that is not what was made is refused, as is one that nobody could keep', async () => {
    const keep = join(root, 'changed');
    await made(keep);
    const weights = join(folderOf(keep), 'encoder', 'model.safetensors');
    const bytes = readFileSync(weights);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(weights, bytes);
    await expect(made(keep)).rejects.toThrow(/is not the file that .*made\.json tells of; remove /);
    rmSync(weights);
    await expect(made(keep)).rejects.toThrow(/is not the file that .*made\.json tells of; remove /);
    const data = join(root, 'data');
    mkdirSync(data);
    await expect(made(undefined, { more: { data: dataFolder(data) } })).rejects.toThrow(
      'set CLOZE_KEEP to a folder outside of the clone',
    );
  });

  it('of another family than the arm is refused', async () => {
    const keep = join(root, 'other');
    await made(keep);
    const encoder = join(folderOf(keep), 'encoder');
    expect((await made(undefined, { more: { encoder } })).made).toBeUndefined();
    const modern = { ...settings, pretraining: { ...settings.pretraining, family: 'modernbert' as const } };
    const lab = { engine, placement: {}, seed: 1, encoder, say: () => {} } as Partial<Lab> as Lab;
    await expect(keptEncoder(lab, 'modern', modern, 1)).rejects.toThrow(
      '--encoder is a bert, this arm is of the family modernbert: choose --arm.',
    );
  });
});
