export { type EmbedOptions, embed } from './embed/embed.ts';
export {
  type ExplainedToken,
  type ExplainOptions,
  type Explanation,
  explain,
  explanationMethods,
} from './explain/explain.ts';
export { type FilledMask, type FillOptions, fillMask, fillMasks, type Guess } from './fill/fill-masks.ts';
export { type GeneratedText, type GenerateOptions, generate } from './generate/generate.ts';
export { type LoadedModel, loadModel, type ModelBatch, type ModelTensors } from './model/loaded-model.ts';
export { createModel, type Model } from './model/model.ts';
export { askedSlots } from './score/asked-slots.ts';
export { runningPerplexity } from './score/running-perplexity.ts';
export { type ScoredText, type ScoreOptions, score } from './score/score.ts';
export { type RerankedList, type ScoredHypothesis, scoreNBest } from './score/score-n-best.ts';
export { type ScoredPair, scorePairs } from './score/score-pairs.ts';
export {
  type LineOfText,
  type ScorableText,
  type ScoreTextsOptions,
  scoreTexts,
  type TextScore,
} from './score/score-texts.ts';
export { type ScoringKindName, scoringKindFor, scoringKinds } from './score/scoring-kinds.ts';
