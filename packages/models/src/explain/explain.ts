import { anything, checkOptions, checkText, oneOf, unchecked, whole } from '@cloze/checks';
import {
  type Attribution,
  gradientTimesInput,
  type IntegratedGradients,
  integratedGradients,
  type PathRuleName,
  saliency,
} from '@cloze/eval';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { cutTokens } from '../encode/cut-text.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { chooseTarget } from './choose-target.ts';
import { classPrediction } from './class-prediction.ts';
import { embeddingRows } from './embedding-rows.ts';
import { gradientAtRows } from './gradient-at-rows.ts';
import { tokenPrediction } from './token-prediction.ts';

/** Ways of explaining, by the name they have on the command line. */
export const explanationMethods = ['integrated-gradients', 'gradient-x-input', 'saliency'] as const;

/** How a prediction is explained. */
export interface ExplainOptions {
  /** Default `integrated-gradients`. */
  readonly method?: (typeof explanationMethods)[number];
  /** The second text of a pair. */
  readonly pair?: string;
  /** What is explained: the token at [MASK], or the class; default the likeliest. */
  readonly target?: string;
  /** Evaluations of the gradient of integrated gradients, default 20. */
  readonly steps?: number;
  /** How the path is summed, default `gauss-legendre`. */
  readonly rule?: PathRuleName;
  /** Where the path begins: zeros, or every token of the text replaced by [MASK] or [PAD]; default `zero`. */
  readonly baseline?: 'zero' | 'mask' | 'pad';
}

/** A token and how much it counts. */
export interface ExplainedToken {
  readonly token: string;
  /** What stands at the token in the text; the token itself for [CLS] and [SEP]. */
  readonly text: string;
  readonly special: boolean;
  /** Above 0 speaks for the target. */
  readonly score: number;
}

/** An explained prediction. */
export interface Explanation {
  /** The token or class explained. */
  readonly target: string;
  /** `ln p(target)`. */
  readonly value: number;
  readonly tokens: readonly ExplainedToken[];
  /** `ln p(target)` at the baseline; integrated gradients only. */
  readonly baselineValue?: number;
  /** How much the scores miss of `value − baselineValue`; integrated gradients only. */
  readonly gap?: number;
}

function textOf(
  { offsets, segments, special, ids }: PlacedEncoding,
  at: number,
  texts: readonly string[],
  model: LoadedModel,
) {
  const token = model.tokenizer.tokenOf(ids[at] as number) ?? '';
  if (special[at]) return token;
  const [start, end] = offsets[at] as readonly [number, number];
  return (texts[texts.length > 1 ? (segments[at] as number) : 0] as string).slice(start, end) || token;
}

/**
 * How much each token of a text speaks for a prediction: of the token at its [MASK], or of the class by a checkpoint with a classifier.
 *
 * The input explained is the rows of the token table; positions and segments stay.
 *
 * @throws {TypeError} for what is no text
 * @throws {Error} for a text with no or several masks and a checkpoint without classifier, an unknown target, or a text longer than the model reads
 */
export async function explain(model: LoadedModel, text: string, options: ExplainOptions = {}): Promise<Explanation> {
  checkOptions('explain', options, {
    method: oneOf(['integrated-gradients', 'gradient-x-input', 'saliency']),
    pair: unchecked,
    target: unchecked,
    steps: whole(1),
    rule: anything,
    baseline: oneOf(['zero', 'mask', 'pad']),
  });
  const {
    method = 'integrated-gradients',
    pair,
    target,
    steps = 20,
    rule = 'gauss-legendre',
    baseline = 'zero',
  } = options;

  const texts = pair === undefined ? [text] : [text, pair];
  for (const [i, part] of texts.entries()) checkText(`explain: the ${i === 0 ? 'text' : 'pair'}`, part);
  const maskToken = texts.some((part) => part.includes('[MASK]')) ? model.needMask().token : '[MASK]';
  const asked = texts.map((part) => part.replaceAll('[MASK]', maskToken));
  const [encoding] = await model.tokenizer.encodeBatch([
    asked.length > 1 ? [asked[0] as string, asked[1] as string] : (asked[0] as string),
  ]);
  if (!encoding) throw new Error('There is no text to explain.');
  const cut = cutTokens([encoding]);
  if (cut > 0)
    throw new Error(
      `The text is ${cut} token${cut === 1 ? '' : 's'} longer than the ${model.maximumLength} that the model reads; shorten it.`,
    );
  const masks =
    model.special.mask === undefined
      ? []
      : [...encoding.ids.keys()].filter((i) => encoding.ids[i] === model.special.mask);
  if (masks.length > 1) throw new Error(`The text has ${masks.length} masks; one prediction is explained at a time.`);
  const prediction = masks.length === 1 ? tokenPrediction(model, masks[0] as number) : classPrediction(model);
  if (!prediction)
    throw new Error(
      `${model.name} has no classifier, so a token is explained: write [MASK] once where it stands, such as 床前明[MASK]光.`,
    );
  const choice = await chooseTarget(model, encoding, prediction, target);
  const gradient = gradientAtRows(model, encoding, prediction, choice);
  const { width, rows: input } = embeddingRows(model, encoding.ids);
  const found = await attribute();
  return {
    target: prediction.nameOf(choice),
    value: found.value,
    tokens: Array.from(encoding.ids, (id, at) => ({
      token: model.tokenizer.tokenOf(id) ?? '',
      text: textOf(encoding, at, asked, model),
      special: encoding.special[at] === 1,
      score: found.tokens[at] as number,
    })),
    ...('gap' in found && { baselineValue: found.baselineValue, gap: found.gap }),
  };

  function attribute(): Promise<Attribution | IntegratedGradients> {
    if (method === 'gradient-x-input') return gradientTimesInput({ input, width, gradient });
    if (method === 'saliency') return saliency({ input, width, gradient });
    const stand = baseline === 'mask' ? model.needMask().id : model.padId;
    const blank = (encoding as PlacedEncoding).ids.map((id, at) => (encoding?.special[at] ? id : stand));
    const start = baseline === 'zero' ? new Float32Array(input.length) : embeddingRows(model, blank).rows;
    return integratedGradients({ input, width, gradient, baseline: start, steps, rule });
  }
}
