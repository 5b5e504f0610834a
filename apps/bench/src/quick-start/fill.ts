import {
  bools,
  compile,
  createVariables,
  type Engine,
  type HostTensor,
  ints,
  softmax,
  type Tensor,
} from '@cloze/backend';
import { type EncoderConfig, type EncoderParameters, predictTokens } from '@cloze/encoder';
import { type NativeTokenizer, padEncodings, type Vocabulary } from '@cloze/tokenizer';
import { encodeWith, type ModelName } from './models.ts';

/** A token and its probability. */
export interface Guess {
  readonly token: string;
  readonly probability: number;
}

/** The five likeliest tokens at one place of a text. @param column place after [CLS], 0 for the first token */
export async function fill(
  {
    engine,
    name,
    config,
    parameters,
    vocabulary,
    tokenizer,
  }: {
    engine: Engine;
    name: ModelName;
    config: EncoderConfig;
    parameters: EncoderParameters<HostTensor>;
    vocabulary: Vocabulary;
    tokenizer: NativeTokenizer;
  },
  text: string,
  column: number,
): Promise<Guess[]> {
  const batch = padEncodings(await tokenizer.encodeBatch([text]), { padId: vocabulary.special.pad });
  const ids = batch.ids.slice();
  ids[column + 1] = vocabulary.special.mask;
  const variables = createVariables(engine, parameters);
  type Inputs<T> = { readonly ids: T; readonly segments: T; readonly attend: T; readonly targetPositions: T };
  const ask = compile(variables, (state, inputs: Inputs<Tensor>) => {
    const current = state as EncoderParameters<Tensor>;
    const { hidden } = encodeWith(name, current, inputs, config, undefined);
    return { outputs: { p: softmax(predictTokens(current, hidden, inputs.targetPositions, config)) } };
  });
  const { p } = await ask({
    ids: ints(batch.shape, ids),
    segments: ints(batch.shape, batch.segments),
    attend: bools(batch.shape, batch.attend),
    targetPositions: ints([1, 1], Int32Array.of(column + 1)),
  });
  variables.dispose();
  return Array.from(p.values, (probability, id) => ({
    token: vocabulary.tokens[id] as string,
    probability: probability as number,
  }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 5);
}
