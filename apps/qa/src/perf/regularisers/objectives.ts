import type { Tensor } from '@cloze/backend';
import type { EncoderConfig, TokenInputs } from '@cloze/encoder';
import {
  attentionDiversity,
  decayToPretrained,
  fgm,
  fgsm,
  gradientPenalty,
  labelSmoothing,
  mixout,
  type Objective,
  occurrenceScope,
  pgd,
  randomNoise,
  rDrop,
  semiSupervisedRDrop,
  simcse,
  supervisedSimcse,
  tableScope,
  vat,
} from '@cloze/regularisers';
import { bertClassifier, type ClassifierBatch, type ClassifierParameters, classification } from './bert-classifier.ts';

/** An objective over the classifier's parameters. */
export type ClassifierObjective = Objective<ClassifierParameters<Tensor>, ClassifierBatch>;

const tokenTable = 'encoder/embeddings/tokenTable';
const unlabelled = ({ unlabelled: rows }: ClassifierBatch) => rows;
const table = tableScope(tokenTable);
const occurrences = occurrenceScope({ table: tokenTable, ids: 'ids' });

/** Every regulariser over a BERT classifier, by the name `tooling/peers/torch_regulariser.py` has for it. */
export function regularisedObjectives(
  config: EncoderConfig,
  pretrained: ClassifierParameters<Tensor>,
): Readonly<Record<string, ClassifierObjective>> {
  const plain = classification(config);
  const model = bertClassifier(config);
  return {
    plain,
    'r-drop': rDrop(plain, { arrangement: 'interleaved' }),
    'semi-supervised-r-drop': semiSupervisedRDrop(plain, { model, unlabelled, arrangement: 'interleaved' }),
    vat: vat(plain, { model, unlabelled, scope: table }),
    'vat-occurrences': vat(plain, { model, unlabelled, scope: occurrences, norm: 'perSample', xi: 0.1 }),
    fgm: fgm(plain, { scope: table }),
    'fgm-occurrences': fgm(plain, { scope: occurrences, norm: 'perSample' }),
    fgsm: fgsm(plain, { scope: table, epsilon: 1e-3 }),
    pgd: pgd(plain, { scope: table }),
    'gradient-penalty': gradientPenalty(plain, { scope: table }),
    'gradient-penalty-occurrences': gradientPenalty(plain, { scope: occurrences }),
    'random-noise': randomNoise(plain, { scope: occurrences, sigma: 0.01 }),
    simcse: simcse(model, { arrangement: 'interleaved' }),
    'supervised-simcse': supervisedSimcse(model, {
      anchors: ({ ids, segments, attend: real }: ClassifierBatch): TokenInputs => ({ ids, segments, attend: real }),
      positives: unlabelled,
      hardNegatives: unlabelled,
      arrangement: 'concatenated',
    }),
    'attention-diversity': attentionDiversity(plain, { weight: 0.1, sign: 'reward' }),
    'label-smoothing': labelSmoothing(plain),
    mixout: mixout(plain, { pretrained, probability: 0.3 }),
    'decay-to-pretrained': decayToPretrained(plain, { pretrained }),
  };
}
