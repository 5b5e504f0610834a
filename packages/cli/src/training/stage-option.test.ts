import type { PretrainStage } from '@cloze/models';
import { expect, it } from 'vitest';
import { stageOption } from './stage-option.ts';

it('reads shares, causal parts and presets with options, one behind another', () => {
  const stages = ['0.25:causal', '0.5:whole-word:rate=0.3,rateTo=0.15,rateCourse=cosine', '0.25'].reduce<
    readonly PretrainStage[]
  >((before, text) => stageOption(text, before), []);
  expect(stages).toEqual([
    { share: 0.25, causal: true },
    { share: 0.5, mask: { preset: 'whole-word', rate: 0.3 }, rateTo: 0.15, rateCourse: 'cosine' },
    { share: 0.25 },
  ]);
  expect(stageOption('1:{"name": "bert", "rate": 0.4}')).toEqual([{ share: 1, mask: { preset: 'bert', rate: 0.4 } }]);
});

it('refuses what is no stage', () => {
  for (const text of ['causal', '', ':bert', 'half:bert'])
    expect(() => stageOption(text)).toThrow('expected SHARE:PRESET');
  expect(() => stageOption('1:bert:rateTo=low')).toThrow("rateTo must be a number, got 'low'");
  expect(() => stageOption('1:bert:rateTo=0.1,rateCourse=step')).toThrow(
    "rateCourse must be linear or cosine, got 'step'",
  );
});
