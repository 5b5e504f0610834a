import { compile, createVariables, type Engine, gradients, type HostTensor, type Tensor } from '@cloze/backend';
import {
  type EncoderConfig,
  type EncoderParameters,
  initialParameters,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import { permutation, streamFrom } from '@cloze/random';
import { type Encoding, padEncodings, type Vocabulary } from '@cloze/tokenizer';
import {
  type AdamWStep,
  adamW,
  adamWStep,
  clipByGlobalNorm,
  initialAdamW,
  linearWarmup,
  type StepRecord,
  train,
} from '@cloze/trainer';
import {
  dropoutKey,
  encodeWith,
  keyWords,
  type ModelName,
  type TargetInputs,
  targetInputs,
  targetsFor,
} from './models.ts';
import type { Plan } from './plan.ts';

/** What pretraining needs. */
export interface PretrainTask {
  readonly engine: Engine;
  readonly name: ModelName;
  readonly config: EncoderConfig;
  readonly plan: Plan;
  readonly vocabulary: Vocabulary;
  readonly encodings: readonly Encoding[];
  readonly seed: number;
  readonly onStep: (record: StepRecord) => void;
}

interface StepInputs<T> extends AdamWStep<T> {
  readonly targets: TargetInputs<T>;
  readonly key: T;
}

/** Pretrains an encoder from fresh weights; one compiled step does everything. Returns the weights as plain data. */
export async function pretrain({
  engine,
  name,
  config,
  plan,
  vocabulary,
  encodings,
  seed,
  onStep,
}: PretrainTask): Promise<EncoderParameters<HostTensor>> {
  const parameters = initialParameters(config, streamFrom(seed).fork('weights'));
  const variables = createVariables(engine, { parameters, optimiser: initialAdamW(parameters) });
  const step = compile(variables, (state, inputs: StepInputs<Tensor>) => {
    const { targets } = inputs;
    const current = state.parameters as EncoderParameters<Tensor>;
    const { hidden } = encodeWith(name, current, targets, config, dropoutKey(inputs.key));
    const { loss, correct, count } = maskedCrossEntropy(
      predictTokens(current, hidden, targets.positions, config.normEpsilon),
      targets.targets,
      targets.weights,
    );
    const clipped = clipByGlobalNorm(gradients(loss, current), 1);
    const next = adamW({ parameters: current, gradients: clipped.gradients, state: state.optimiser as never }, inputs);
    return {
      outputs: { loss, correct, count, norm: clipped.norm },
      state: { parameters: next.parameters, optimiser: next.state } as never,
    };
  });
  const rows = plan.batch;
  const perEpoch = Math.max(1, Math.floor(encodings.length / rows));
  const orderOf = new Map<number, Int32Array>();
  const batchOf = (number: number): StepInputs<HostTensor> & { readonly tokens: number } => {
    const epoch = Math.floor((number - 1) / perEpoch);
    if (!orderOf.has(epoch)) orderOf.clear();
    const order = orderOf.get(epoch) ?? permutation(streamFrom(seed).fork('order', epoch), encodings.length);
    orderOf.set(epoch, order);
    const at = ((number - 1) % perEpoch) * rows;
    const chosen = Array.from(
      { length: rows },
      (_, row) => encodings[order[(at + row) % order.length] as number] as Encoding,
    );
    const batch = padEncodings(chosen, { padId: vocabulary.special.pad, buckets: [plan.length] });
    const masked = targetsFor(name, batch, {
      seed,
      step: number,
      maskId: vocabulary.special.mask,
      vocabularySize: vocabulary.tokens.length,
    });
    const rate = linearWarmup(number, {
      peak: 1e-3,
      warmupSteps: Math.ceil(plan.pretrainSteps * 0.06),
      totalSteps: plan.pretrainSteps,
    });
    return {
      targets: targetInputs(masked),
      key: keyWords(seed, number),
      tokens: batch.attend.reduce((n, x) => n + x, 0),
      ...adamWStep(number, rate),
    };
  };
  const update = async ({ tokens, ...inputs }: ReturnType<typeof batchOf>) => {
    const { loss, correct, count, norm } = await step(inputs);
    const first = (value: HostTensor) => value.values[0] as number;
    return {
      loss: first(loss),
      tokens,
      metrics: { accuracy: first(correct) / Math.max(1, first(count)), gradNorm: first(norm) },
    };
  };
  for await (const record of train({ steps: plan.pretrainSteps, batchOf, update })) onStep(record);
  const trained = variables.read().parameters as EncoderParameters<HostTensor>;
  variables.dispose();
  return trained;
}
