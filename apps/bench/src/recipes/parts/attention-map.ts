import { compile, createVariables, mean, type Tensor } from '@cloze/backend';
import { encode } from '@cloze/encoder';
import { padEncodings } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import type { StartEncoder } from './start-encoder.ts';
import { type RowInputs, rowInputs } from './token-inputs.ts';

/** Who looks at whom: one matrix a layer, heads averaged; rows are queries. */
export interface AttentionMap {
  readonly tokens: readonly string[];
  readonly layers: readonly (readonly (readonly number[])[])[];
}

/** The attention of an encoder on a text, without dropout. */
export async function attentionMap(lab: Lab, encoder: StartEncoder, text: string): Promise<AttentionMap> {
  const { family, config, special } = encoder;
  const encodings = await encoder.tokenizer(config.maximumLength).encodeBatch([text]);
  const batch = padEncodings(encodings, { padId: special.pad });
  const length = batch.shape[1];
  const variables = createVariables(lab.engine, encoder.parameters, lab.placement);
  const run = compile(variables, (state, rows: RowInputs<Tensor>) => ({
    outputs: {
      layers: encode(family, state, rows, config).weights.map((weights) => mean(weights, { axes: [0, 1] })),
    },
  }));
  const { layers } = await run(rowInputs(batch));
  variables.dispose();
  return {
    tokens: Array.from(batch.ids, (id) => encoder.tokens[id] ?? ''),
    layers: layers.map(({ values }) =>
      Array.from({ length }, (_, query) =>
        Array.from({ length }, (_, key) => Number((values[query * length + key] as number).toFixed(4))),
      ),
    ),
  };
}
