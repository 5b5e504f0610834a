import type { HostTensor, Tensor } from '@cloze/backend';
import { cast, equal, logicalAnd } from '@cloze/backend';
import {
  createDecoder,
  type EncoderParameters,
  encodeBert,
  greedySearch,
  maskedCrossEntropy,
  predictTokens,
  prefix,
} from '@cloze/encoder';
import { predictPrefix } from '@cloze/masking';
import {
  gradientPenalty,
  type Objective,
  objectiveOf,
  occurrenceScope,
  randomReplacement,
  rDrop,
} from '@cloze/regularisers';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import { z } from 'zod';
import type { Lab } from './lab.ts';
import type { PredictionSet, TextLine } from './prediction-set.ts';
import { corpusBatches } from './pretrain-encoder.ts';
import { bucketsTo } from './pretrain-settings.ts';
import type { StartEncoder } from './start-encoder.ts';
import { type AskedInputs, askedInputs, countTokens } from './token-inputs.ts';
import { type Trained, type TrainingSettings, trainParameters } from './train-parameters.ts';

/** A regulariser of generation. */
export const generationRegulariser = z.strictObject({
  name: z.enum(['none', 'random-replacement', 'gradient-penalty', 'r-drop']),
  /** Share replaced, ε, or α. */
  strength: z.number().min(0),
});

/** A text and the one to be written from it. */
export interface WrittenPair {
  readonly id: number | string;
  readonly source: string;
  readonly target: string;
}

/** How a generator is fine-tuned. */
export interface GeneratorOptions extends TrainingSettings {
  readonly batch: number;
  /** Longest source and target together, special tokens included. */
  readonly length: number;
  /** Most tokens that are written, the end included. */
  readonly targetLength: number;
  readonly regulariser: z.infer<typeof generationRegulariser>;
  readonly dropout: number;
}

type Parameters = EncoderParameters<Tensor>;

/** Source and target as two segments of one row; the source is cut, the target only beyond its own length. */
async function encodePairs(
  start: StartEncoder,
  pairs: readonly WrittenPair[],
  { length, targetLength }: GeneratorOptions,
): Promise<Encoding[]> {
  const targets = await start.tokenizer(targetLength + 1).encodeBatch(pairs.map(({ target }) => target));
  const longest = Math.max(...targets.map(({ ids }) => ids.length));
  const sources = await start.tokenizer(length - longest + 1).encodeBatch(pairs.map(({ source }) => source));
  return sources.map((source, i) => {
    const target = targets[i] as Encoding;
    // Without the target's own [CLS].
    const join = <T extends Int32Array | Uint8Array>(make: (size: number) => T, a: T, b: T): T => {
      const joined = make(a.length + b.length - 1);
      joined.set(a);
      joined.set(b.subarray(1), a.length);
      return joined;
    };
    const whole = (size: number) => new Int32Array(size);
    return {
      ids: join(whole, source.ids, target.ids),
      segments: join(
        whole,
        source.segments,
        target.segments.map(() => 1),
      ),
      special: join((size) => new Uint8Array(size), source.special, target.special),
      wordNumbers: join(whole, source.wordNumbers, target.wordNumbers),
    };
  });
}

function objectiveFor(
  { config, special }: StartEncoder,
  { name, strength }: GeneratorOptions['regulariser'],
): Objective<Parameters, AskedInputs<Tensor>> {
  const plain = objectiveOf<Parameters, AskedInputs<Tensor>, Tensor>(
    (parameters, { targetPositions, ids, segments, attend }, key) => {
      const { hidden } = encodeBert(parameters, { ids, segments, attend }, config, key, {
        visible: prefix(segments, attend),
      });
      return predictTokens(parameters, hidden, targetPositions, config);
    },
    (logits, { targets, weights }) => maskedCrossEntropy(logits, targets, weights).loss,
  );
  switch (name) {
    case 'none':
      return plain;
    case 'r-drop':
      return rDrop(plain, { alpha: strength, weights: ({ weights }) => weights });
    case 'gradient-penalty':
      return gradientPenalty(plain, {
        scope: occurrenceScope({ table: 'embeddings/tokenTable', ids: 'ids', tied: 'languageModel/output' }),
        epsilon: strength,
      });
    case 'random-replacement':
      return randomReplacement(plain, {
        ids: 'ids',
        // The target's tokens, not the [SEP] that ends it.
        target: ({ ids, segments }) =>
          logicalAnd(equal(segments, 1), equal(cast(equal(ids, special.separate), 'int32'), 0)),
        rate: strength,
      });
  }
}

/** Fine-tunes UniLM-style: the source sees itself, the target what is before; then writes the target of every dev source, greedily. */
export async function fineTuneGenerator(
  lab: Lab,
  given: StartEncoder,
  {
    train,
    dev,
    name,
  }: { readonly train: readonly WrittenPair[]; readonly dev: readonly WrittenPair[]; readonly name: string },
  options: GeneratorOptions,
): Promise<{ readonly set: PredictionSet; readonly trained: Trained<EncoderParameters<HostTensor>> }> {
  const { batch, length, targetLength, regulariser, dropout } = options;
  const start = { ...given, config: { ...given.config, dropout } };
  const encodings = await encodePairs(start, train, options);
  const buckets = bucketsTo(length);
  const planOf = corpusBatches(encodings, { batch, buckets, seed: lab.seed });
  const padId = start.special.pad;
  const trained = await trainParameters<EncoderParameters<HostTensor>, AskedInputs<Tensor>>(lab, {
    ...options,
    phase: `fine-tune ${name}`,
    parameters: start.parameters,
    objective: objectiveFor(start, regulariser),
    batchOf: (step) => {
      const plan = planOf(step);
      const padded = padEncodings(
        Array.from(plan.rows, (i) => encodings[i] as Encoding),
        { padId, buckets: [plan.length] },
      );
      const asked = predictPrefix(padded, { slots: targetLength + 1 });
      return { inputs: askedInputs(asked), tokens: countTokens(padded.attend) };
    },
  });
  const written = await writeTargets(lab, { ...start, parameters: trained.parameters }, dev, options);
  const lines: TextLine[] = dev.map(({ id, target }, i) => ({
    id,
    reference: target,
    prediction: written[i] as string,
  }));
  return { set: { name, kind: 'text', lines }, trained };
}

/** Greedy continuations, several sources at once. */
async function writeTargets(
  lab: Lab,
  start: StartEncoder,
  pairs: readonly WrittenPair[],
  { length, targetLength }: GeneratorOptions,
): Promise<string[]> {
  const rows = Math.min(20, pairs.length);
  const tokenizer = start.tokenizer(length - targetLength);
  const sources = await tokenizer.encodeBatch(pairs.map(({ source }) => source));
  const decoder = createDecoder(lab.engine, start.parameters, start.config, {
    rows,
    source: 'prefix',
    room: length,
    placement: lab.placement,
  });
  const texts: string[] = [];
  try {
    for (let at = 0; at < sources.length; at += rows) {
      const chosen = sources.slice(at, at + rows);
      const filled = Array.from({ length: rows }, (_, i) => (chosen[i] ?? chosen[0]) as Encoding);
      decoder.begin(padEncodings(filled, { padId: start.special.pad, buckets: [length - targetLength] }));
      const found = await greedySearch(decoder, { rows, endId: start.special.separate, maximumTokens: targetLength });
      for (let i = 0; i < chosen.length; i++) texts.push(await tokenizer.decode(found[i]?.tokens ?? []));
    }
  } finally {
    decoder.dispose();
  }
  return texts;
}
