import { type EmbedOptions, embed } from '../embed/embed.ts';
import { type EncodedText, type EncodeTextsOptions, encodeTexts } from '../encode/encode-texts.ts';
import { type ExplainOptions, type Explanation, explain } from '../explain/explain.ts';
import { type FilledMask, type FillOptions, fillMask, fillMasks, type Guess } from '../fill/fill-masks.ts';
import { type GeneratedText, type GenerateOptions, generate } from '../generate/generate.ts';
import { type UnmaskedText, type UnmaskOptions, unmask } from '../generate/unmask.ts';
import { type PredictOptions, predict, type SavedInput, type SavedPrediction } from '../predict/predict.ts';
import { type ScoredText, type ScoreOptions, score } from '../score/score.ts';
import type { LoadedModel } from './loaded-model.ts';

/** A checkpoint that is ready to be asked: each method is a function of this package with the model as its first argument. */
export interface Model extends LoadedModel {
  /** The likeliest tokens for the one [MASK] of a text. @throws {Error} when it has none or several */
  fillMask(text: string, options?: FillOptions): Promise<Guess[]>;
  /** The likeliest tokens for each [MASK] of a text. */
  fillMasks(text: string, options?: FillOptions): Promise<FilledMask[]>;
  /** A text whose masks are filled together, round by round, each seeing those before it. */
  unmask(text: string, options?: UnmaskOptions): Promise<UnmaskedText>;
  /** Sentence vectors `[texts, width]`, in the order of the texts. */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  /** States of chosen layers and attention weights of texts, streamed. */
  encodeTexts(
    texts: Iterable<string> | AsyncIterable<string>,
    options?: EncodeTextsOptions,
  ): AsyncGenerator<EncodedText, void, undefined>;
  /** `ln p` of each token given the others (or those before), and its sum. */
  score(texts: readonly string[], options?: ScoreOptions): Promise<ScoredText[]>;
  /** How much each token speaks for the token at [MASK], or for the class. */
  explain(text: string, options?: ExplainOptions): Promise<Explanation>;
  /** Predictions of the checkpoint's own head. @throws {Error} for a checkpoint without */
  predict(inputs: readonly SavedInput[], options?: PredictOptions): Promise<SavedPrediction[]>;
  /** Texts that follow, best first. */
  generate(text: string, options?: GenerateOptions): Promise<GeneratedText[]>;
}

/** A model with its methods. */
export function createModel(loaded: LoadedModel): Model {
  return {
    ...loaded,
    fillMask: (text, options) => fillMask(loaded, text, options),
    fillMasks: (text, options) => fillMasks(loaded, text, options),
    unmask: (text, options) => unmask(loaded, text, options),
    embed: (texts, options) => embed(loaded, texts, options),
    encodeTexts: (texts, options) => encodeTexts(loaded, texts, options),
    score: (texts, options) => score(loaded, texts, options),
    explain: (text, options) => explain(loaded, text, options),
    predict: (inputs, options) => predict(loaded, inputs, options),
    generate: (text, options) => generate(loaded, text, options),
  };
}
