export type { Attribution, AttributionInput, GradientAt, GradientFunction } from './attribution/attribution.ts';
export { gradientTimesInput } from './attribution/gradient-times-input.ts';
export { type IntegratedGradients, integratedGradients } from './attribution/integrated-gradients.ts';
export { type PathRule, type PathRuleName, pathRule, pathRuleNames } from './attribution/path-rule.ts';
export { saliency } from './attribution/saliency.ts';
export { accuracy } from './metrics/accuracy.ts';
export { averageRanks } from './metrics/average-ranks.ts';
export { type CalibrationBin, calibration } from './metrics/calibration.ts';
export { type ClassScore, classScores } from './metrics/class-scores.ts';
export { entityF1 } from './metrics/entity-f1.ts';
export { type EntityScore, entityScores } from './metrics/entity-scores.ts';
export { type EntitySpan, entitySpans } from './metrics/entity-spans.ts';
export { exactMatch } from './metrics/exact-match.ts';
export { macroF1 } from './metrics/macro-f1.ts';
export { matthewsCorrelation } from './metrics/matthews-correlation.ts';
export { microF1 } from './metrics/micro-f1.ts';
export { pearsonCorrelation } from './metrics/pearson-correlation.ts';
export { perplexity } from './metrics/perplexity.ts';
export { pseudoPerplexity, type ScoredTokens } from './metrics/pseudo-perplexity.ts';
export { spanScores } from './metrics/span-scores.ts';
export { spearmanCorrelation } from './metrics/spearman-correlation.ts';
export { leftToRight } from './scoring/left-to-right.ts';
export { maskEachToken } from './scoring/mask-each-token.ts';
export { maskWordsLeftToRight } from './scoring/mask-words-left-to-right.ts';
export { type MinimalPair, minimalPairs, type PairFigures } from './scoring/minimal-pairs.ts';
export { type NgramModel, ngramModels } from './scoring/ngram-models.ts';
export { onePass } from './scoring/one-pass.ts';
export { onePlaceEarlier } from './scoring/one-place-earlier.ts';
export { type Hypothesis, type RerankOptions, rerank } from './scoring/rerank.ts';
export type { ScorableSentence } from './scoring/scorable-sentence.ts';
export {
  type PredictQueries,
  type ScoringOptions,
  type ScoringQuery,
  type SentenceScore,
  scoreSentences,
} from './scoring/score-sentences.ts';
export type { ScoringKind, ScoringQuestion } from './scoring/scoring-kind.ts';
export { tuneRerankWeight } from './scoring/tune-rerank-weight.ts';
export { alignment } from './similarity/alignment.ts';
export { bhattacharyyaDistance } from './similarity/bhattacharyya-distance.ts';
export { cosineSimilarity } from './similarity/cosine-similarity.ts';
export { evaluateSts } from './similarity/evaluate-sts.ts';
export { fitGaussian, type Gaussian } from './similarity/fit-gaussian.ts';
export { fitWhitening, type Whitening } from './similarity/fit-whitening.ts';
export { frechetDistance } from './similarity/frechet-distance.ts';
export { gaussianKl } from './similarity/gaussian-kl.ts';
export { meanCosine } from './similarity/mean-cosine.ts';
export { partitionIsotropy } from './similarity/partition-isotropy.ts';
export { uniformity } from './similarity/uniformity.ts';
export type { Vectors } from './similarity/vectors.ts';
export { type BleuOptions, bleu } from './text/bleu.ts';
export { characters } from './text/characters.ts';
export { errorRate } from './text/error-rate.ts';
export { type RougeOptions, type RougeScore, type RougeScores, rouge } from './text/rouge.ts';
export { type SpellingFigures, spellingFigures } from './text/spelling-figures.ts';
export { type BootstrapOptions, bootstrapInterval } from './uncertainty/bootstrap-interval.ts';
export { type ComparedSystem, compareSystems, type System } from './uncertainty/compare-systems.ts';
export {
  detectableDifference,
  type PowerOptions,
  rowsToDetect,
  seedsToDetect,
} from './uncertainty/detectable-difference.ts';
export { type DifferenceDesign, type DifferenceSpread, differenceSpread } from './uncertainty/difference-spread.ts';
export { holm } from './uncertainty/holm.ts';
export { mcnemar } from './uncertainty/mcnemar.ts';
export { meanAndSd } from './uncertainty/mean-and-sd.ts';
export { meanInterval } from './uncertainty/mean-interval.ts';
export {
  type DifferenceOverSeeds,
  differenceOverSeeds,
  type FigureOverSeeds,
  figureOverSeeds,
  type OverSeedsOptions,
} from './uncertainty/over-seeds.ts';
export { type PairedDifference, pairedBootstrap } from './uncertainty/paired-bootstrap.ts';
export {
  type PermutationOptions,
  type PermutationResult,
  pairedPermutation,
} from './uncertainty/paired-permutation.ts';
export { pairedT } from './uncertainty/paired-t.ts';
export type { RandomStream } from './uncertainty/random-stream.ts';
export { welchT } from './uncertainty/welch-t.ts';
export { wilcoxon } from './uncertainty/wilcoxon.ts';
export { wilsonInterval } from './uncertainty/wilson-interval.ts';
