import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEngine } from '../model/open-engine.ts';
import { dataFolder } from './parts/data-folder.ts';
import { pretrain } from './pretrain.ts';
import { resolveSettings } from './settings.ts';

it('pretrains without dropout, ends where a cooldown ends, and saves the encoder with the dropout it is fine-tuned with', async () => {
  const { engine } = await openEngine();
  const folder = mkdtempSync(join(tmpdir(), 'cloze-pretrain-'));
  const settings = resolveSettings(pretrain, 'tiny', { 'encoder.dropout': 0.2, cooldown: { from: 2, to: 3 } });
  expect(settings.dropout).toBe(0);
  const steps: number[] = [];
  try {
    await pretrain.run(
      {
        engine,
        placement: {},
        seed: 1,
        folder,
        data: dataFolder(undefined),
        encoder: undefined,
        signal: new AbortController().signal,
        rewind: () => {},
        log: ({ step }) => steps.push(step),
        say: () => {},
        now: () => performance.now() / 1000,
      },
      settings,
      { name: 'mlm', row: 'MLM', set: {} },
    );
    expect(JSON.parse(readFileSync(join(folder, 'encoder', 'config.json'), 'utf8'))).toMatchObject({
      hidden_dropout_prob: 0.2,
      attention_probs_dropout_prob: 0.2,
    });
    expect(steps).toEqual([1, 2, 3]);
  } finally {
    rmSync(folder, { recursive: true });
    engine.dispose();
  }
});
