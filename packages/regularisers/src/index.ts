export type { AdversarialOptions } from './adversarial/adversarial-options.ts';
export { type FgmOptions, fgm } from './adversarial/fgm.ts';
export { fgsm } from './adversarial/fgsm.ts';
export { type PgdOptions, pgd } from './adversarial/pgd.ts';
export { type AttentionDiversityOptions, attentionDiversity } from './attention/attention-diversity.ts';
export { type ConsistencyOptions, consistency } from './consistency/consistency.ts';
export { type RDropOptions, rDrop } from './consistency/r-drop.ts';
export { type SemiSupervisedRDropOptions, semiSupervisedRDrop } from './consistency/semi-supervised-r-drop.ts';
export { type VatOptions, vat } from './consistency/vat.ts';
export { type VirtualAdversarialOptions, virtualAdversarial } from './consistency/virtual-adversarial.ts';
export { cosineSimilarities } from './contrastive/cosine-similarities.ts';
export { type SimcseOptions, simcse } from './contrastive/simcse.ts';
export { type SupervisedSimcseOptions, supervisedSimcse } from './contrastive/supervised-simcse.ts';
export type { Divergence } from './divergences/divergence.ts';
export { squaredDistance } from './divergences/squared-distance.ts';
export { symmetricKl } from './divergences/symmetric-kl.ts';
export {
  type RegulariserData,
  type RegulariserName,
  regulariserNamed,
  regulariserNames,
} from './named/regulariser-data.ts';
export { type Places, regulariserFrom, type TaskRegulariser } from './named/regulariser-from.ts';
export type { NormOver } from './norms/length-of.ts';
export { addOutputTerm } from './objective/add-output-term.ts';
export { addTerm } from './objective/add-term.ts';
export type { Model, Objective, ObjectiveValue } from './objective/objective.ts';
export { objectiveOf } from './objective/objective-of.ts';
export { onPart } from './objective/on-part.ts';
export type { Passes } from './objective/passes.ts';
export { passesOf } from './objective/passes-of.ts';
export type { Regulariser } from './objective/regulariser.ts';
export type { LogitsOutput, TaskOutput, VectorOutput } from './objective/task-output.ts';
export { weightedMean } from './objective/weighted-mean.ts';
export type { Arrangement } from './pairs/arrangement.ts';
export { duplicateRows } from './pairs/duplicate-rows.ts';
export type { PairOptions } from './pairs/evaluate-twice.ts';
export { splitPair } from './pairs/split-pair.ts';
export { type McDropoutOptions, type McPrediction, mcDropout } from './prediction/mc-dropout.ts';
export { type OccurrencePaths, occurrenceScope } from './scope/occurrence-scope.ts';
export type { PathScope, Scope } from './scope/scope.ts';
export { tableScope } from './scope/table-scope.ts';
export { type GradientPenaltyOptions, gradientPenalty } from './smoothness/gradient-penalty.ts';
export { randomNoise } from './smoothness/random-noise.ts';
export { fed } from './strength/fed.ts';
export { rampUp } from './strength/ramp-up.ts';
export type { Strength } from './strength/strength.ts';
export { type LabelSmoothingOptions, labelSmoothing } from './targets/label-smoothing.ts';
export { type RandomReplacementOptions, randomReplacement } from './targets/random-replacement.ts';
export { type DecayToPretrainedOptions, decayToPretrained } from './weights/decay-to-pretrained.ts';
export { type MixoutOptions, mixout } from './weights/mixout.ts';
