import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Arm } from './define-recipe.ts';
import { maskRate } from './mask-rate.ts';
import type { Lab } from './parts/lab.ts';
import { openStart } from './parts/open-start.ts';
import { saveEncoder } from './parts/start-encoder.ts';
import { resolveSettings } from './settings.ts';

it('the larger model does not quietly become the small one that --encoder names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-mask-rate-'));
  try {
    await saveEncoder(folder, await openStart({ encoder: undefined, seed: 1 } as Lab));
    const arm = maskRate.arms(maskRate.sizes.tiny).find(({ name }) => name === 'token-0.40-large') as Arm;
    const settings = resolveSettings(maskRate, 'tiny', {}, arm);
    await expect(maskRate.run({ encoder: folder, seed: 1 } as Lab, settings, arm)).rejects.toThrow(
      'go on from one of 1 layers of 32, --encoder has 1 of 16',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
