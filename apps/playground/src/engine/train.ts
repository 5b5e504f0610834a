import type { Engine } from '@cloze/backend';
import { encoderConfig } from '@cloze/encoder';
import { everyToken, isTargetPolicy, mask } from '@cloze/masking';
import { askedBatch, createModel, freshWeights, languageModelObjective, loadModel, type Model } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import {
  adamW,
  chain,
  clip,
  runTraining,
  type StopSignal,
  schedule,
  trainingStep,
  trainingVariables,
} from '@cloze/trainer';
import { policyOf } from '../mask/policies.ts';
import { type EncodedLines, encodeLines, type OwnTokenizer, occurringIds, tokenizerFor } from '../text/encode-lines.ts';
import { rowsOf, rowsOfStep } from './batches.ts';
import { type HeldOutGuesses, heldOutGuesses } from './held-out.ts';
import { type TrainingSettings, trainingProblems } from './training-settings.ts';

/** Lengths of rows: one for a whole training, so that one step is compiled. */
const lengths = [16, 32, 64, 128];

/** Held-out lines that are asked at most; every tenth line is held out. */
const mostHeldOut = 12;
const heldOutEvery = 10;

/** What a training is told and tells. */
export interface TrainingPlace {
  readonly engine: Engine;
  readonly signal?: StopSignal;
  /** A sentence about what is trained on, before the first step. */
  readonly say?: (line: string) => void;
  /** After every step; awaited. */
  readonly onStep?: (step: number, loss: number) => Promise<void> | void;
  readonly onHeldOut?: (step: number, guesses: HeldOutGuesses) => void;
}

/** What a training ended with. */
export interface Trained {
  readonly model: Model;
  readonly steps: number;
  readonly stopped: boolean;
}

/** Lines to learn from, and lines to be asked: of a text of fewer than ten none. */
function parted(lines: readonly string[]): {
  readonly learnt: readonly string[];
  readonly heldOut: readonly string[];
} {
  const learnt = lines.filter((_, i) => (i + 1) % heldOutEvery !== 0);
  const heldOut = lines.filter((_, i) => (i + 1) % heldOutEvery === 0);
  return { learnt, heldOut: heldOut.slice(0, mostHeldOut) };
}

/** The policy of a training, which must ask what the family's outputs can answer. @throws {RangeError} where it does not */
function askedOf({ family, policy: asked }: TrainingSettings, lines: EncodedLines, { vocabulary }: OwnTokenizer) {
  if (family === 't-ta') return everyToken;
  const policy = policyOf(asked, lines, vocabulary);
  if (isTargetPolicy(policy) && (policy.visibility !== 'all' || policy.kind !== 'own'))
    throw new RangeError(
      `A BERT cannot learn by '${policy.name}' (${policy.about}): choose a policy that hides tokens, such as bert or mask-40.`,
    );
  return policy;
}

/**
 * Pretrains a small encoder on lines, over a vocabulary of their own: the package's own step and loop (`trainingStep`, `runTraining`).
 *
 * @throws {RangeError} naming every setting out of its bounds, and for a policy that the family cannot learn by
 */
export async function train(
  lines: readonly string[],
  settings: TrainingSettings,
  { engine, signal, say = () => {}, onStep = () => {}, onHeldOut = () => {} }: TrainingPlace,
): Promise<Trained> {
  const problems = trainingProblems(settings);
  if (problems.length > 0) throw new RangeError(problems.join(' '));
  const { family, layers, width, steps, batchSize, learningRate, seed } = settings;
  const { learnt, heldOut } = parted(lines);
  if (learnt.length === 0) throw new RangeError('There is no text to learn from; write or paste a few lines.');
  const own = tokenizerFor(lines);
  const { pad, mask: maskId } = own.vocabulary.special;
  const rows = await encodeLines(learnt, own.tokenizer, pad, lengths);
  const policy = askedOf(settings, rows, own);
  const [, length] = rows.batch.shape;
  const config = encoderConfig({
    ...{ vocabularySize: own.vocabulary.tokens.length, layers, width, heads: width % 32 === 0 ? width / 32 : 1 },
    ...{ maximumLength: lengths.at(-1) as number, dropout: 0, attentionDropout: 0 },
  });
  const random = streamFrom(seed);
  const loaded = freshWeights(own.vocabulary, config, { family, random: random.fork('weights') });
  say(
    `${learnt.length} lines to learn from, ${heldOut.length} held out; a vocabulary of ${own.vocabulary.tokens.length} tokens; rows of ${length}.`,
  );

  const rate = schedule({ learningRate, warmupSteps: Math.ceil(steps / 10), maxSteps: steps + 1 });
  const optimiser = chain(clip(1), adamW({ learningRate: rate }));
  const variables = trainingVariables(engine, { parameters: loaded.parameters, optimiser });
  try {
    const step = trainingStep({ variables, objective: languageModelObjective(family, config), optimiser, seed });
    const chosen = rowsOfStep(learnt.length, batchSize, random.fork('order'));
    const candidates = occurringIds(rows.batch);
    const guesses =
      heldOut.length > 0
        ? heldOutGuesses(variables, { family, config }, await encodeLines(heldOut, own.tokenizer, pad, lengths), own)
        : undefined;
    const judge = async (t: number) => {
      if (guesses) onHeldOut(t, await guesses());
    };
    const every = Math.max(5, Math.round(steps / 20));
    await judge(0);
    const outcome = await runTraining({
      maxSteps: steps,
      batchOf: (t) =>
        mask(rowsOf(rows.batch, chosen(t)), policy, {
          ...{ maskId, padId: pad, candidates },
          randomOf: (row) => random.fork('masking', t, row),
          exampleOf: (row) => random.fork('example', chosen(t)[row] as number),
        }),
      step: (t, batch) => step(t, askedBatch(batch)),
      ...(signal && { signal }),
      callbacks: [
        {
          required: true,
          onStepEnd: async ({ step: t, loss }) => {
            await onStep(t, loss);
            if (t % every === 0 || t === steps) await judge(t);
          },
        },
      ],
    });
    const parameters = variables.take('parameters');
    const model = createModel(loadModel('the model of this page', { ...loaded, parameters }, engine));
    return { model, steps: outcome.step, stopped: outcome.reason !== 'finished' };
  } finally {
    variables.dispose();
  }
}
