export { asOwnTargets } from './audit/as-own.ts';
export { type AuditSetting, auditPolicy, type PolicyAudit } from './audit/audit-policy.ts';
export { binomialBound, countMasking, type MaskingCounts } from './audit/count-masking.ts';
export { expectedTargets } from './audit/expected-targets.ts';
export { type MaskOutcome, maskOutcomes, type OutcomeIds } from './audit/mask-outcomes.ts';
export { maskLegend, type ShowSetting, showMask } from './audit/show-mask.ts';
export { emptyTargets, type MaskableBatch, type MaskedBatch, type RandomStream } from './batch.ts';
export { type Rounding, slotsFor, tokenBudget } from './budget.ts';
export { type BestOf, informative, type PairScore, pmiOfPairs } from './choose/best-of.ts';
export { type Chances, inProportion, rarerMore } from './choose/chances.ts';
export { mask } from './mask.ts';
export { maskBatch } from './mask-batch.ts';
export { type MaskedCopies, maskCopies } from './mask-copies.ts';
export type { MaskOptions, MaskPolicy, MaskSetting } from './mask-options.ts';
export { buildPmiVocabulary, type PmiOptions } from './pmi/build-pmi-vocabulary.ts';
export { ngramIds } from './pmi/ngram-ids.ts';
export { formatPmi, parsePmi } from './pmi/pmi-text.ts';
export type { PmiEntry, PmiVocabulary } from './pmi/pmi-vocabulary.ts';
export { scoreNgram } from './pmi/score-ngram.ts';
export { policy } from './policy.ts';
export { gptBert, mntp, shifted } from './presets/next-presets.ts';
export {
  bernoulli,
  bert,
  byFrequency,
  decoupled,
  frequencyInformed,
  inforMask,
  macBert,
  mask40,
  mask80,
  ngram,
  ngramBernoulli,
  pmi,
  pmiBernoulli,
  roberta,
  spanBert,
  spanTokens,
  staticSplit,
  wholeWord,
  wholeWord40,
  wholeWordBernoulli,
  wholeWordSplit,
} from './presets/presets.ts';
export {
  type NamedPolicy,
  type Preset,
  type PresetGiven,
  presetNamed,
  presets,
  presetsNamed,
} from './presets/registry.ts';
export {
  bimodalDiffusion,
  diffusion,
  droppedTokens,
  electra,
  everyToken,
  frequencyDiffusion,
  nextToken,
  permutedTokens,
  prefixTokens,
  removedTokens,
} from './presets/target-presets.ts';
export { dropTokens } from './removal/drop-tokens.ts';
export type { KeptBatch } from './removal/gather-kept.ts';
export { type ImportantTokens, keepImportant } from './removal/keep-important.ts';
export { type RemovedBatch, removeTokens } from './removal/remove-tokens.ts';
export { type Candidates, candidateIds, candidatesByFrequency } from './replace/candidates.ts';
export { neighbourTable } from './replace/neighbour-table.ts';
export { replaceDecoderInput } from './replace/replace-decoder-input.ts';
export type { Replacement } from './replace/replace-tokens.ts';
export { similarByEmbedding } from './replace/similar-by-embedding.ts';
export { parseWordVectors, similarByWordVectors, type WordVectors } from './replace/similar-by-word-vectors.ts';
export type { SimilarWords } from './replace/similar-words.ts';
export { bimodalRates, type RateLaw } from './schedules/bimodal-rates.ts';
export { constantRate, cosineRate, linearRate, type RateSchedule, uniformRate } from './schedules/schedules.ts';
export { splitMaskable } from './schedules/split-maskable.ts';
export { type DiffusionSetting, maskByDiffusion } from './targets/mask-by-diffusion.ts';
export { predictNext, predictPrefix } from './targets/predict-next.ts';
export { type PermutedBatch, predictPermuted } from './targets/predict-permuted.ts';
export { replacedTokens } from './targets/replaced-tokens.ts';
export { shiftTargets } from './targets/shift-targets.ts';
export { targetEveryToken } from './targets/target-every-token.ts';
export { isTargetPolicy, type Policy, type TargetKind, type TargetPolicy } from './targets/target-policy.ts';
export { ngrams } from './units/ngrams.ts';
export { pmiNgrams } from './units/pmi-ngrams.ts';
export { spanLengths, spans } from './units/spans.ts';
export { tokens } from './units/tokens.ts';
export type { TokenRow, Units } from './units/units.ts';
export { wordNumbersFromBoundaries, wordNumbersFromContinuations, wordNumbersFromSet } from './units/word-numbers.ts';
export { words } from './units/words.ts';
