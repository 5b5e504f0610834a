import type { HostTensor } from '@cloze/backend';
import { anything, checkOptions, needed, real, refuse, whole } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';

/** The rates a model was pretrained with. */
export interface CorrectionOptions {
  /** Row of [MASK]. */
  readonly maskId: number;
  /** Share of tokens chosen, default 0.15. */
  readonly rate?: number;
  /** Shares of the chosen that became [MASK], a random token, or stayed; default 0.8, 0.1, 0.1; they sum to 1. */
  readonly mask?: number;
  readonly random?: number;
  readonly keep?: number;
  /** How often each token is drawn as the random one, `[vocabulary]`; default all equally, which is what 80/10/10 does. */
  readonly frequencies?: ArrayLike<number>;
}

/** What was done, for the config on disk: a second correction would compound. */
export interface CorrectedEmbeddings {
  readonly parameters: EncoderParameters<HostTensor>;
  readonly config: EncoderConfig & {
    readonly embeddingCorrection: {
      readonly rate: number;
      readonly mask: number;
      readonly random: number;
      readonly keep: number;
    };
  };
}

/**
 * The token table's expectation under the masking it was trained with, `E' = (1 − r + r·keep)·E + r·mask·E[MASK] + r·random·mean(E)`.
 *
 * At 15 % and 80/10/10: 0.865, 0.12, 0.015. Masking is read as dropout of tokens, and this is its weight average, for use before
 * fine-tuning (Su 2021, kexue.fm/archives/8770). The output matrix keeps the old table: the head is untied.
 *
 * @throws {RangeError} when the rates do not sum to 1, a number is out of range, or the config says it was done before
 */
export function correctEmbeddings(
  parameters: EncoderParameters<HostTensor>,
  config: EncoderConfig & { readonly embeddingCorrection?: unknown },
  options: CorrectionOptions,
): CorrectedEmbeddings {
  // That they are numbers first; which ones may stand depends on the table, and is said of all at once.
  checkOptions('correctEmbeddings', options, {
    maskId: needed(whole()),
    ...{ rate: real(), mask: real(), random: real(), keep: real(), frequencies: anything },
  });
  const { maskId, rate = 0.15, mask = 0.8, random = 0.1, keep = 0.1, frequencies } = options;

  const { tokenTable } = parameters.embeddings;
  const [rows, width] = tokenTable.shape as [number, number];
  const problems: string[] = [];
  if (config.embeddingCorrection !== undefined)
    problems.push('these embeddings were corrected before; twice would compound');
  if (maskId < 0 || maskId >= rows) problems.push(`maskId must be a row from 0 to ${rows - 1}, got ${maskId}`);
  for (const [name, value] of Object.entries({ rate, mask, random, keep }))
    if (value < 0 || value > 1) problems.push(`${name} must be in [0, 1], got ${value}`);
  if (Math.abs(mask + random + keep - 1) > 1e-9)
    problems.push(`mask + random + keep must be 1, got ${mask + random + keep}`);
  if (frequencies && frequencies.length !== rows)
    problems.push(`frequencies must have ${rows} entries, got ${frequencies.length}`);
  refuse('correctEmbeddings', problems);

  const mean = new Float64Array(width);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = frequencies ? (frequencies[row] as number) : 1;
    total += weight;
    for (let i = 0; i < width; i++)
      mean[i] = (mean[i] as number) + weight * (tokenTable.values[row * width + i] as number);
  }
  const corrected = Float32Array.from(tokenTable.values, (value, index) => {
    const feature = index % width;
    const masked = tokenTable.values[maskId * width + feature] as number;
    return (
      (1 - rate + rate * keep) * value + rate * mask * masked + (rate * random * (mean[feature] as number)) / total
    );
  });
  return {
    parameters: {
      ...parameters,
      embeddings: { ...parameters.embeddings, tokenTable: { ...tokenTable, values: corrected } },
      languageModel: { output: tokenTable, ...parameters.languageModel },
    },
    config: { ...config, embeddingCorrection: { rate, mask, random, keep } },
  };
}
