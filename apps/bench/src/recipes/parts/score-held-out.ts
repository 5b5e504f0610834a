import { multiply, negate, sparseCrossEntropy, sum, type Tensor } from '@cloze/backend';
import { bucketOf } from '@cloze/datasets';
import { predictTokens } from '@cloze/encoder';
import { candidateIds, mask } from '@cloze/masking';
import { type AskedBatch, askedBatch, type LoadedModel, type ScoredText, score } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import { classicMask, policyOf } from './mask-settings.ts';
import type { Corpus } from './open-corpus.ts';
import type { LossLine } from './prediction-set.ts';

const rowsAtOnce = 32;

/**
 * The loss of each held-out row where 15 % of its tokens are asked, all of them behind [MASK], without dropout.
 *
 * Which ones follows from a fixed seed: models trained at any rate answer the same questions.
 *
 * @param buckets lengths that rows are padded to, rising
 */
export async function askHeldOut(
  model: LoadedModel,
  { held, vocabulary, ...corpus }: Corpus,
  buckets: readonly number[],
): Promise<readonly LossLine[]> {
  const ask = model.compile(({ encoder }, { targetPositions, targets, weights, ...rows }: AskedBatch<Tensor>) => {
    const { hidden } = model.forward(encoder, rows);
    const logits = predictTokens(encoder, hidden, targetPositions, model.config);
    const log = negate(sparseCrossEntropy(logits, targets));
    return { loss: negate(sum(multiply(log, weights), { axes: 1 })), count: sum(weights, { axes: 1 }) };
  });
  const policy = policyOf(model.visibility, { ...classicMask, replacement: 'mask' }, { held, vocabulary, ...corpus });
  const candidates = candidateIds(vocabulary.tokens);
  const lines = new Array<LossLine>(held.length);
  const fixed = streamFrom(15).fork('held out');
  for (const length of buckets) {
    const fitting = [...held.keys()].filter((id) => bucketOf(held[id]?.ids.length ?? 0, buckets) === length);
    for (let from = 0; from < fitting.length; from += rowsAtOnce) {
      const chosen = fitting.slice(from, from + rowsAtOnce);
      const filled = Array.from({ length: rowsAtOnce }, (_, i) => (chosen[i] ?? chosen[0]) as number);
      const padded = padEncodings(
        filled.map((id) => held[id] as Encoding),
        { padId: model.padId, buckets: [length] },
      );
      const masked = mask(padded, policy, {
        maskId: vocabulary.special.mask,
        candidates,
        randomOf: (row) => fixed.fork(filled[row] as number),
      });
      // A left-to-right model predicts the end too, which the others are not asked.
      const weights = masked.weights.map((weight, slot) =>
        masked.targets[slot] === vocabulary.special.separate ? 0 : weight,
      );
      const { loss, count } = await ask(askedBatch({ ...masked, weights }));
      for (const [row, id] of chosen.entries())
        lines[id] = { id, loss: loss.values[row] as number, tokens: count.values[row] as number };
    }
  }
  return lines;
}

/** Scores of texts as losses. */
export const lossLines = (scores: readonly ScoredText[]): readonly LossLine[] =>
  scores.map(({ logLikelihood, count }, id) => ({ id, loss: -logLikelihood, tokens: count }));

/** The loss of each held-out row where every token is asked: T-TA and a left-to-right model in one pass, BERT by masking one token at a time. */
export async function scoreHeldOut(
  model: LoadedModel,
  { heldTexts }: Pick<Corpus, 'heldTexts'>,
): Promise<readonly LossLine[]> {
  return lossLines(await score(model, heldTexts));
}
