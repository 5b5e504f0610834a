import { compile, type HostTensor, multiply, type Tensor, type Variables } from '@cloze/backend';
import { type EncoderConfig, type EncoderParameters, type FamilyName, visibilityOf } from '@cloze/encoder';
import { bert, candidateIds, mask, shifted } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { type NativeTokenizer, padEncodings } from '@cloze/tokenizer';
import { type AskedBatch, askedBatch } from './asked-batch.ts';
import { languageModelObjective } from './language-model-objective.ts';
import { policyFor } from './policy-for.ts';

/** Rows of a look at once. */
const rowsAtOnce = 32;

/** BERT's 15 % of a row, all of them behind [MASK]. */
const hidden = { ...bert, replacement: { mask: 1, random: 0, keep: 0 } };

/** What is asked of held-out rows: their own kind of question, whatever a model is trained on, so that one trained at any rate answers what another does. */
function questionOf(family: FamilyName, config: EncoderConfig) {
  const sees = visibilityOf(family, config);
  if (sees !== 'all') return policyFor(sees, undefined);
  return config.predictsNext ? shifted(hidden) : hidden;
}

/**
 * Held-out pieces as batches that are asked the same each time: 15 % of a row's tokens, all behind [MASK]; every token of a model that sees all others, the next one of
 * a model that sees only what comes before. Which ones follows from a fixed seed.
 */
export async function heldOutBatches(
  pieces: readonly string[],
  {
    loaded: { family, config },
    tokenizer,
    padId,
    maskId,
    length,
  }: {
    readonly loaded: { readonly family: FamilyName; readonly config: EncoderConfig };
    readonly tokenizer: Pick<NativeTokenizer, 'encodeBatch' | 'size' | 'tokenOf'>;
    readonly padId: number;
    readonly maskId: number;
    readonly length: number;
  },
): Promise<readonly AskedBatch<HostTensor>[]> {
  const rows = (await tokenizer.encodeBatch(pieces)).filter(({ ids }) => ids.length <= length);
  const policy = questionOf(family, config);
  const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '[UNK]');
  const fixed = streamFrom(15).fork('held out');
  return Array.from({ length: Math.ceil(rows.length / rowsAtOnce) }, (_, i) => {
    const own = rows.slice(i * rowsAtOnce, (i + 1) * rowsAtOnce);
    // Rows to spare repeat the first and count nothing, so that one shape is traced.
    const filled = Array.from({ length: rowsAtOnce }, (_, row) => own[row] ?? own[0] ?? []) as typeof own;
    const masked = mask(padEncodings(filled, { padId, buckets: [length] }), policy, {
      maskId,
      candidates: candidateIds(tokens),
      randomOf: (row) => fixed.fork(i * rowsAtOnce + row),
      padId,
    });
    return askedBatch({ ...masked, weights: masked.weights.fill(0, own.length * masked.slots) });
  });
}

/** The loss of held-out batches under the weights that variables hold when it is asked: `Σ −ln p(target)` over their number, without dropout. */
export function heldOutLoss<P extends { readonly parameters: EncoderParameters<HostTensor> }>(
  variables: Variables<P>,
  { family, config }: { readonly family: FamilyName; readonly config: EncoderConfig },
  batches: readonly AskedBatch<HostTensor>[],
): () => Promise<number> {
  const objective = languageModelObjective(family, config);
  const ask = compile(variables, ({ parameters }, batch: AskedBatch<Tensor>) => {
    const { loss, parts } = objective(parameters, batch, undefined);
    const count = parts?.count as Tensor;
    return { outputs: { sum: multiply(loss, count), count } };
  });
  return async () => {
    let [sum, count] = [0, 0];
    for (const batch of batches) {
      const found = await ask(batch);
      sum += Number(found.sum.values[0]);
      count += Number(found.count.values[0]);
    }
    return sum / count;
  };
}
