import { compile, type HostTensor, ints, softmax, type Tensor, type Variables } from '@cloze/backend';
import { type EncoderConfig, type EncoderParameters, encode, type FamilyName, predictTokens } from '@cloze/encoder';
import { mask, slotsFor, tokens } from '@cloze/masking';
import { type ModelBatch, modelBatch } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import type { TrainingTree } from '@cloze/trainer';
import type { EncodedLines, OwnTokenizer } from '../text/encode-lines.ts';

/** A token of a held-out line; where it was asked for, what the model takes it for. */
export interface GuessedToken {
  readonly gap: string;
  readonly original: string;
  readonly guess?: { readonly token: string; readonly isRight: boolean; readonly probability: number };
}

/** Guesses at held-out lines, and `−ln p` of the right tokens in the mean. */
export interface HeldOutGuesses {
  readonly loss: number;
  readonly right: number;
  readonly asked: number;
  readonly lines: readonly (readonly GuessedToken[])[];
}

type Asked<T> = ModelBatch<T> & { readonly targetPositions: T };

/** Every fifth token of a held-out line is asked for, the same ones each time. */
const hiding = { units: tokens, rate: 0.2, replacement: { mask: 1, random: 0, keep: 0 } };

/**
 * Asks a model in training for tokens of held-out lines. A T-TA, whose outputs do not see their own token, reads them as they are.
 *
 * @param variables of the training: what is asked is the weights as they are
 */
export function heldOutGuesses(
  variables: Variables<TrainingTree<EncoderParameters<HostTensor>>>,
  { family, config }: { readonly family: FamilyName; readonly config: EncoderConfig },
  { lines, encodings, batch }: EncodedLines,
  { vocabulary, tokenizer }: OwnTokenizer,
): () => Promise<HeldOutGuesses> {
  const stream = streamFrom(1).fork('held out');
  const masked = mask(batch, hiding, {
    ...{ maskId: vocabulary.special.mask, padId: vocabulary.special.pad, candidates: { from: 0, to: 1 } },
    randomOf: (row) => stream.fork(row),
  });
  const slots = slotsFor(hiding, batch.shape[1]);
  const rows = modelBatch(family === 't-ta' ? { ...masked, ids: batch.ids } : masked, config);
  const asked = { ...rows, targetPositions: ints([batch.shape[0], slots], masked.targetPositions) };
  const ask = compile(variables, (state, given: Asked<Tensor>) => {
    const { targetPositions, ...inputs } = given;
    const { hidden } = encode(family, state.parameters, inputs, config);
    return { outputs: { p: softmax(predictTokens(state.parameters, hidden, targetPositions, config)) } };
  });
  return async () => {
    const { p } = await ask(asked);
    const size = vocabulary.tokens.length;
    const found = { loss: 0, right: 0, count: 0 };
    const guesses = new Map<string, GuessedToken['guess']>();
    for (let slot = 0; slot < masked.weights.length; slot++) {
      if (!masked.weights[slot]) continue;
      const row = p.values.subarray(slot * size, (slot + 1) * size);
      let best = 0;
      for (let id = 1; id < size; id++) if ((row[id] as number) > (row[best] as number)) best = id;
      const target = masked.targets[slot] as number;
      found.loss -= Math.log(Math.max(row[target] as number, Number.MIN_VALUE));
      found.count++;
      if (best === target) found.right++;
      guesses.set(`${Math.floor(slot / slots)} ${masked.targetPositions[slot]}`, {
        token: tokenizer.tokenOf(best) ?? '',
        ...{ isRight: best === target, probability: row[best] as number },
      });
    }
    return {
      loss: found.loss / Math.max(1, found.count),
      ...{ right: found.right, asked: found.count },
      lines: encodings.map(({ offsets, special }, line) => {
        const text = lines[line] as string;
        let end = 0;
        return [...offsets.keys()].flatMap((column): GuessedToken[] => {
          if (special[column]) return [];
          const [from, to] = offsets[column] as readonly [number, number];
          const gap = text.slice(end, from);
          end = Math.max(end, to);
          const guess = guesses.get(`${line} ${column}`);
          return [{ gap, original: text.slice(from, to), ...(guess && { guess }) }];
        });
      }),
    };
  };
}
