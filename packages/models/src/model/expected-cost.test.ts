import { encoderConfig } from '@cloze/encoder';
import { expect, it } from 'vitest';
import { expectedCost, type PlannedTraining } from './expected-cost.ts';

const engine = { name: 'reference', version: '1' } as const;
const planned: PlannedTraining = {
  family: 'bert',
  config: encoderConfig({ vocabularySize: 21_128, width: 768, layers: 12 }),
  ...{ rows: 32, length: 512, optimiser: 'adamw', steps: 1000 },
};

it('says what a training will take', () => {
  expect(expectedCost(engine, { intraOpThreads: 2 }, planned)).toMatch(
    /^reference 1, 2 threads · 102 M parameters · about \d+\.\d GiB · 1,000 steps$/,
  );
});

it('refuses a training that needs more memory than there is, and says what would need less', () => {
  expect(() => expectedCost(engine, {}, planned, 8 * 2 ** 30)).toThrow(
    /needs about 30\.9 GiB, 29\.4 GiB of it for 32 rows of 512 tokens at once; there are 8\.0 GiB\. Raise gradientAccumulationSteps/,
  );
  expect(() => expectedCost(engine, {}, planned, 2 ** 30)).toThrow(/The model is too large for this machine/);
  expect(() => expectedCost(engine, {}, planned, 64 * 2 ** 30)).not.toThrow();
});
