import { dropout, forkKey, type HostTensor, type Key, linear, type Tensor } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { CrfParameters } from '../crf/crf-loss.ts';
import { type FamilyName, familyOf } from '../families/families.ts';
import type { HeadForm, HeadKind } from '../families/family.ts';
import type { Uniform } from '../parameters/draw-parameters.ts';
import { initialLinear } from '../parameters/initial-parameters.ts';
import type { LanguageModelParameters, Linear } from '../parameters/parameter-tree.ts';
import { sideBySide } from './choose.ts';
import { findSpan } from './find-span.ts';
import { meanOverTokens } from './mean-over-tokens.ts';
import { mapVector, positionOf } from './pool.ts';
import { transformed } from './predict-tokens.ts';

/** The maps of a head; which there are follows from family and kind. The names are those of `Pretrained`, so that a head is saved as it is. */
export interface HeadParameters<T> {
  /** The encoder's pooler, `[width, width]`. */
  readonly pooler?: Linear<T>;
  /** A map drawn with the head, `[width, width]`. */
  readonly classifierDense?: Linear<T>;
  /** The dense map and norm of the language-model head, where the family's classifiers read through them: the encoder's own `languageModel`. */
  readonly tokenHead?: Pick<LanguageModelParameters<T>, 'transform' | 'norm'>;
  /** `[width, outputs]` */
  readonly classifier?: Linear<T>;
  /** `[width, 2]` */
  readonly span?: Linear<T>;
  /** What tags are worth beside one another, for `crfLoss`. */
  readonly crf?: CrfParameters<T>;
}

/** Dropout of a head. */
export interface HeadOptions {
  /** 0 ≤ p < 1, default 0; transformers' default is the encoder's `classifierDropout`, else its `dropout`. */
  readonly dropout?: number;
  /** None means no dropout. */
  readonly key?: Key | undefined;
  /** bool `[batch, length]`, true for real tokens: what a mean is taken over. */
  readonly attend?: Tensor | undefined;
}

/** The heads that transformers gives a family, as functions of their parameters. */
export interface ClassifierHead {
  /** Fresh weights as transformers draws them: normal with `drawDeviation`, ModernBERT's with `width^−½` cut at two deviations; biases zero. A pretrained pooler is taken over. @param outputs classes, or 1 for a regression and a choice; a span has 2 whatever is said */
  initial(
    kind: HeadKind,
    outputs: number,
    random: Uniform,
    pretrained?: Pick<HeadParameters<HostTensor>, 'pooler'>,
  ): HeadParameters<HostTensor>;
  /** A row's classes, or its number: `[batch, length, width]` → `[batch, outputs]` */
  classify(parameters: HeadParameters<Tensor>, hidden: Tensor, options?: HeadOptions): Tensor;
  /** A class for every token, as words and names are labelled: → `[batch, length, outputs]` */
  labelTokens(parameters: HeadParameters<Tensor>, hidden: Tensor, options?: HeadOptions): Tensor;
  /** First and last token of a span, both `[batch, length]`, −1e30 where no real token is; no dropout, as in transformers. */
  findSpan(
    parameters: HeadParameters<Tensor>,
    hidden: Tensor,
    attend: Tensor,
  ): { readonly start: Tensor; readonly end: Tensor };
  /** Candidates of a question stand in a run: `[batch · choices, length, width]` → `[batch, choices]` @throws {RangeError} where the rows are no multiple */
  choose(parameters: HeadParameters<Tensor>, hidden: Tensor, choices: number, options?: HeadOptions): Tensor;
}

/**
 * The heads of a family, each with the map, the curve and the places of dropout that transformers' class of that family has.
 *
 * BERT and ALBERT read the pooler, `tanh(W·first + b)`; RoBERTa, ELECTRA and RoFormer have a dense map of their own with tanh, gelu and the
 * encoder's curve; ModernBERT reads what the language-model head's dense map and norm make of the first token or of the mean. What is drawn and trained here is saved under transformers' names (`savePretrained` with `head`).
 *
 * Every method throws a {RangeError} that names the map which is not among its parameters.
 */
export function classifierHead(
  family: FamilyName,
  config: Pick<
    EncoderConfig,
    'width' | 'activation' | 'drawDeviation' | 'headActivation' | 'headNormEpsilon' | 'classifierPooling'
  > &
    Partial<Pick<EncoderConfig, 'normEpsilon'>>,
): ClassifierHead {
  const { heads, draw: drawLacking } = familyOf(family);
  const { width } = config;
  const draw = (heads.draw ?? drawLacking)(config);
  const drawn = (outputs: number, random: Uniform) => initialLinear(width, outputs, random, draw);
  const need = <Part extends keyof HeadParameters<Tensor>>(parameters: HeadParameters<Tensor>, part: Part) => {
    const found: HeadParameters<Tensor>[Part] | undefined = parameters[part];
    if (!found) throw new RangeError(`classifierHead: this head of family '${family}' needs '${part}'.`);
    return found;
  };
  /** Through the language-model head's dense map and norm. */
  const throughTokenHead = (x: Tensor, parameters: HeadParameters<Tensor>) =>
    transformed(x, need(parameters, 'tokenHead'), { normEpsilon: 1e-12, ...config });
  const everyToken = (hidden: Tensor, parameters: HeadParameters<Tensor>) =>
    heads.everyToken ? throughTokenHead(hidden, parameters) : hidden;
  const positionNamed = (position: HeadForm['position'], hidden: Tensor, { attend }: HeadOptions) => {
    if (position !== 'config') return positionOf(hidden, position);
    if (config.classifierPooling !== 'mean') return positionOf(hidden, 'first');
    if (!attend)
      throw new RangeError(`classifierHead: a mean over tokens needs 'attend', which tells them from padding.`);
    return meanOverTokens(hidden, attend);
  };
  const drop = (x: Tensor, { dropout: rate = 0, key }: HeadOptions, site: string) =>
    dropout(x, { rate, key: key && forkKey(key, site) });
  /** The vector of a row, mapped as the form says. */
  const vectorOf = (parameters: HeadParameters<Tensor>, form: HeadForm, hidden: Tensor, options: HeadOptions) => {
    const { position, map, activation, dropoutBeforeMap } = form;
    const vector = positionNamed(position, hidden, options);
    if (map === 'none') return vector;
    if (map === 'tokenHead') return throughTokenHead(vector, parameters);
    const ready = dropoutBeforeMap ? drop(vector, options, 'before map') : vector;
    return mapVector(ready, need(parameters, map), activation === 'config' ? config.activation : activation);
  };
  const classified = (x: Tensor, parameters: HeadParameters<Tensor>, options: HeadOptions) =>
    linear(drop(x, options, 'classifier'), need(parameters, 'classifier'));

  return {
    initial: (kind, outputs, random, { pooler } = {}) => {
      if (kind === 'span') return { span: drawn(2, random) };
      const classifier = drawn(outputs, random);
      if (kind === 'tokens' || heads[kind].map === 'none' || heads[kind].map === 'tokenHead') return { classifier };
      if (heads[kind].map === 'pooler') return { pooler: pooler ?? drawn(width, random), classifier };
      return { classifierDense: drawn(width, random), classifier };
    },
    classify: (parameters, hidden, options = {}) =>
      classified(vectorOf(parameters, heads.sequence, hidden, options), parameters, options),
    labelTokens: (parameters, hidden, options = {}) => classified(everyToken(hidden, parameters), parameters, options),
    findSpan: (parameters, hidden, attend) =>
      findSpan(need(parameters, 'span'), everyToken(hidden, parameters), attend),
    choose: (parameters, hidden, choices, options = {}) =>
      sideBySide(classified(vectorOf(parameters, heads.choice, hidden, options), parameters, options), choices),
  };
}
