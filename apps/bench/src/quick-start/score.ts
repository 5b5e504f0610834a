import {
  compile,
  createVariables,
  type Engine,
  type HostTensor,
  negate,
  sparseCrossEntropy,
  type Tensor,
} from '@cloze/backend';
import { type EncoderConfig, type EncoderParameters, predictTokens } from '@cloze/encoder';
import { type MaskedBatch, targetEveryToken } from '@cloze/masking';
import { type Encoding, padEncodings, type TokenBatch, type Vocabulary } from '@cloze/tokenizer';
import { encodeWith, type ModelName, type TargetInputs, targetInputs } from './models.ts';

/** What a scorer is made of. */
export interface ScorerOptions {
  readonly engine: Engine;
  readonly name: ModelName;
  readonly config: EncoderConfig;
  readonly parameters: EncoderParameters<HostTensor>;
  readonly special: Pick<Vocabulary['special'], 'pad' | 'mask'>;
  readonly length: number;
}

/** What scoring texts once needs. */
export interface ScoreTask extends Omit<ScorerOptions, 'special'> {
  readonly vocabulary: Vocabulary;
  readonly encodings: readonly Encoding[];
}

/** One row a token, that token masked: what an encoder that sees its own input must be asked. */
function maskedCopies(encoding: Encoding, maskId: number): { encoding: Encoding; column: number }[] {
  return [...encoding.special].flatMap((special, column) => {
    if (special) return [];
    const ids = encoding.ids.slice();
    ids[column] = maskId;
    return [{ encoding: { ...encoding, ids }, column }];
  });
}

const rows = 64;

/** A model ready to score: weights on the engine, one compiled function. */
export interface Scorer {
  /** `ln p(token | all others)` of every token of every text; a list a text, boundary tokens left out. */
  readonly score: (encodings: readonly Encoding[]) => Promise<number[][]>;
  readonly dispose: () => void;
}

/** Pseudo-log-likelihoods: T-TA in one pass, BERT with one masked copy a token. `length` is that of the rows, special tokens included. */
export function createScorer({ engine, name, config, parameters, special, length }: ScorerOptions): Scorer {
  const variables = createVariables(engine, parameters);
  const logProbabilities = compile(variables, (state, inputs: TargetInputs<Tensor>) => {
    const current = state as EncoderParameters<Tensor>;
    const { hidden } = encodeWith(name, current, inputs, config, undefined);
    const logits = predictTokens(current, hidden, inputs.positions, config.normEpsilon);
    return { outputs: { log: negate(sparseCrossEntropy(logits, inputs.targets)) } };
  });
  const pad = (chosen: readonly Encoding[]): TokenBatch =>
    padEncodings([...chosen, ...Array<Encoding>(rows - chosen.length).fill(chosen[0] as Encoding)], {
      padId: special.pad,
      buckets: [length],
    });
  const score = async (encodings: readonly Encoding[]) => {
    const results: number[][] = encodings.map(() => []);
    const collect = async (masked: MaskedBatch, owners: readonly number[]) => {
      const { log } = await logProbabilities(targetInputs(masked));
      for (const [row, owner] of owners.entries()) {
        for (let slot = 0; slot < masked.slots; slot++) {
          const at = row * masked.slots + slot;
          if (masked.weights[at]) results[owner]?.push(log.values[at] as number);
        }
      }
    };
    if (name === 'T-TA') {
      for (let at = 0; at < encodings.length; at += rows) {
        const chosen = encodings.slice(at, at + rows);
        await collect(
          targetEveryToken(pad(chosen), { slots: length - 2 }),
          chosen.map((_, i) => at + i),
        );
      }
      return results;
    }
    const copies = encodings.flatMap((encoding, owner) =>
      maskedCopies(encoding, special.mask).map((copy) => ({ ...copy, owner })),
    );
    for (let at = 0; at < copies.length; at += rows) {
      const chosen = copies.slice(at, at + rows);
      const batch = pad(chosen.map(({ encoding }) => encoding));
      const positions = Int32Array.from({ length: rows }, (_, row) => chosen[row]?.column ?? 0);
      const targets = positions.map((column, row) => encodings[chosen[row]?.owner ?? 0]?.ids[column] ?? 0);
      await collect(
        { ...batch, slots: 1, positions, targets, weights: new Float32Array(rows).fill(1) },
        chosen.map(({ owner }) => owner),
      );
    }
    return results;
  };
  return { score, dispose: () => variables.dispose() };
}

/** `createScorer` for one set of texts. */
export async function tokenLogProbabilities({ vocabulary, encodings, ...options }: ScoreTask): Promise<number[][]> {
  const scorer = createScorer({ ...options, special: vocabulary.special });
  try {
    return await scorer.score(encodings);
  } finally {
    scorer.dispose();
  }
}
