import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceEngine } from '@cloze/backend';
import { savePretrained } from '@cloze/encoder/node';
import { expect, it } from 'vitest';
import type { Arm } from './define-recipe.ts';
import { maskRate } from './mask-rate.ts';
import type { Lab } from './parts/lab.ts';
import { openStart } from './parts/open-start.ts';
import { resolveSettings } from './settings.ts';

it('the larger model does not quietly become the small one that --encoder names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-mask-rate-'));
  try {
    const engine = referenceEngine();
    const lab = { engine, placement: {}, seed: 1 } as Lab;
    await savePretrained(folder, (await openStart(lab)).loaded);
    const arm = maskRate.arms(maskRate.sizes.tiny).find(({ name }) => name === 'token-0.40-large') as Arm;
    const settings = resolveSettings(maskRate, 'tiny', {}, arm);
    await expect(maskRate.run({ ...lab, encoder: folder }, settings, arm)).rejects.toThrow(
      'go on from one of 1 layers of 32, --encoder has 1 of 16',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
