import { compile, createVariables, multiply, negate, sparseCrossEntropy, sum, type Tensor } from '@cloze/backend';
import { bucketOf } from '@cloze/datasets';
import { encode, predictTokens, visibilityOf } from '@cloze/encoder';
import { candidateIds, mask } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import { classicMask, policyOf } from './mask-settings.ts';
import type { Corpus } from './open-corpus.ts';
import type { LossLine } from './prediction-set.ts';
import type { StartEncoder } from './start-encoder.ts';
import { type AskedInputs, askedInputs } from './token-inputs.ts';

/** What is asked of held-out rows: 15 % behind [MASK], the same ones for every model; or every token given what the model may see. */
export type Question = 'masked' | 'every token';

const rowsAtOnce = 32;

/**
 * The loss of each held-out row, without dropout.
 *
 * `masked` asks 15 % of the tokens, all of them behind [MASK], chosen by a fixed seed: models trained at any rate answer the same
 * questions. `every token` asks all of them: T-TA and a left-to-right model in one pass, BERT with one masked copy a token (pseudo-likelihood).
 */
export async function scoreHeldOut(
  lab: Lab,
  encoder: StartEncoder,
  corpus: Corpus,
  { question, buckets }: { readonly question: Question; readonly buckets: readonly number[] },
): Promise<{ readonly lines: readonly LossLine[]; readonly seconds: number }> {
  const { family, config, special } = encoder;
  const visibility = visibilityOf(family, config);
  const variables = createVariables(lab.engine, encoder.parameters, lab.placement);
  const score = compile(
    variables,
    (parameters, { targetPositions, targets, weights, ...rows }: AskedInputs<Tensor>) => {
      const { hidden } = encode(family, parameters, rows, config);
      const log = negate(sparseCrossEntropy(predictTokens(parameters, hidden, targetPositions, config), targets));
      return { outputs: { loss: negate(sum(multiply(log, weights), { axes: 1 })), count: sum(weights, { axes: 1 }) } };
    },
  );
  const policy = policyOf(visibility, { ...classicMask, replacement: 'mask' }, corpus);
  const candidates = candidateIds(corpus.vocabulary.tokens);
  const losses = corpus.held.map(() => ({ loss: 0, tokens: 0 }));
  const started = lab.now();
  const ask = async (
    chosen: readonly { readonly encoding: Encoding; readonly owner: number; readonly column?: number }[],
    length: number,
  ) => {
    const filled = Array.from({ length: rowsAtOnce }, (_, i) => (chosen[i] ?? chosen[0]) as (typeof chosen)[number]);
    const padded = padEncodings(
      filled.map(({ encoding }) => encoding),
      { padId: special.pad, buckets: [length] },
    );
    const fixed = streamFrom(15).fork('held out');
    const randomOf = (row: number) => fixed.fork(filled[row]?.owner ?? 0);
    const oneByOne = filled.some(({ column }) => column !== undefined);
    const columns = Int32Array.from(filled, ({ column = 0 }) => column);
    const masked = oneByOne
      ? {
          ...padded,
          ids: padded.ids.map((id, at) => (columns[Math.floor(at / length)] === at % length ? special.mask : id)),
          slots: 1,
          targetPositions: columns,
          targets: columns.map((column, row) => padded.ids[row * length + column] as number),
          weights: new Float32Array(rowsAtOnce).fill(1),
        }
      : mask(padded, policy, { maskId: special.mask, candidates, randomOf });
    // A left-to-right model predicts the end too, which the others are not asked.
    const asked = {
      ...masked,
      weights: masked.weights.map((w, at) => (masked.targets[at] === special.separate ? 0 : w)),
    };
    const { loss, count } = await score(askedInputs(asked));
    for (const [row, { owner }] of chosen.entries()) {
      const sums = losses[owner] as { loss: number; tokens: number };
      sums.loss += loss.values[row] as number;
      sums.tokens += count.values[row] as number;
    }
  };
  const items = corpus.held.flatMap((encoding, owner): { encoding: Encoding; owner: number; column?: number }[] =>
    question === 'every token' && visibility === 'all'
      ? Array.from(encoding.special.keys())
          .filter((column) => !encoding.special[column])
          .map((column) => ({ encoding, owner, column }))
      : [{ encoding, owner }],
  );
  for (const length of buckets) {
    const fitting = items.filter(({ encoding }) => bucketOf(encoding.ids.length, buckets) === length);
    for (let at = 0; at < fitting.length; at += rowsAtOnce) await ask(fitting.slice(at, at + rowsAtOnce), length);
  }
  variables.dispose();
  return {
    lines: losses.map(({ loss, tokens }, id) => ({ id, loss, tokens })),
    seconds: lab.now() - started,
  };
}
