import { callable, either, listOf, needed, type Rules, real, record, ruleOf, text, whole } from '@cloze/checks';
import type { LayerwiseDecay, LeafSettings, ParameterGroup } from './leaf-settings.ts';

/** What a pattern of paths is. */
export const pattern = ruleOf(
  'a path or a regular expression',
  (value) => typeof value === 'string' || value instanceof RegExp,
);

const groupRules: Rules<ParameterGroup> = {
  match: needed(pattern),
  weightDecay: real({ from: 0 }),
  rateScale: real({ from: 0 }),
};
const layerwiseRules: Rules<LayerwiseDecay> = {
  layers: needed(whole(0)),
  decay: needed(real({ above: 0 })),
  blocks: text,
  below: text,
};

/** Rules of the settings that every optimiser has. */
export const leafRules: Rules<LeafSettings> = {
  learningRate: needed(either(real({ from: 0 }), callable)),
  weightDecay: real({ from: 0 }),
  groups: listOf(record(groupRules)),
  layerwiseDecay: record(layerwiseRules),
  frozen: listOf(pattern),
};
