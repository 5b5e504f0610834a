import {
  bools,
  compile,
  createVariables,
  type Engine,
  type HostTensor,
  ints,
  negate,
  sparseCrossEntropy,
  type Tensor,
} from '@cloze/backend';
import { type EncoderConfig, type EncoderParameters, predictTokens } from '@cloze/encoder';
import { maskEachToken, onePass, type PredictQueries, scoreSentences } from '@cloze/eval';
import { type AskedBatch, askedSlots } from '@cloze/models';
import { type Encoding, padEncodings, type Vocabulary } from '@cloze/tokenizer';
import { encodeWith, type ModelName } from './models.ts';

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

/** Every batch has as many rows, so that one shape is traced. */
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
  const logProbabilities = compile(variables, (state, inputs: Omit<AskedBatch<Tensor>, 'weights'>) => {
    const current = state as EncoderParameters<Tensor>;
    const { hidden } = encodeWith(name, current, inputs, config, undefined);
    const logits = predictTokens(current, hidden, inputs.targetPositions, config);
    return { outputs: { log: negate(sparseCrossEntropy(logits, inputs.targets)) } };
  });
  const slots = name === 'T-TA' ? length - 2 : 1;
  const predict: PredictQueries<Encoding> = async (queries) => {
    const chosen = queries.map(({ sentence, ids }) => ({ ...sentence, ids }));
    const filled = [...chosen, ...Array<Encoding>(rows - chosen.length).fill(chosen[0] as Encoding)];
    const { shape, ids, segments, attend } = padEncodings(filled, { padId: special.pad, buckets: [length] });
    const { log } = await logProbabilities({
      ids: ints(shape, ids),
      segments: ints(shape, segments),
      attend: bools(shape, attend),
      ...askedSlots(queries, rows, slots),
    });
    return queries.map(({ targetPositions }, row) =>
      log.values.subarray(row * slots, row * slots + targetPositions.length),
    );
  };
  const score = async (encodings: readonly Encoding[]) => {
    const results: number[][] = [];
    const kind = name === 'T-TA' ? onePass : maskEachToken;
    const batches = { batchRows: rows, batchTokens: rows * length };
    for await (const scored of scoreSentences(encodings, { kind, predict, maskId: special.mask, ...batches }))
      results.push(scored.logProbabilities.filter((value) => value !== null));
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
