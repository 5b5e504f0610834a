import { encodeTexts, type LoadedModel } from '@cloze/models';

/** Who looks at whom: one matrix a layer, heads averaged; rows are queries. */
export interface AttentionMap {
  readonly tokens: readonly string[];
  readonly layers: readonly (readonly (readonly number[])[])[];
}

/** The attention of an encoder on a text, without dropout. */
export async function attentionMap(model: LoadedModel, text: string): Promise<AttentionMap> {
  const attention = Array.from({ length: model.config.layers }, (_, i) => i + 1);
  for await (const encoded of encodeTexts(model, [text], { layers: [], attention })) {
    const { tokens } = encoded;
    const { length } = tokens;
    return {
      tokens,
      layers: encoded.attention.map(({ shape: [heads = 1], values }) =>
        Array.from({ length }, (_, query) =>
          Array.from({ length }, (_, key) => {
            let sum = 0;
            for (let head = 0; head < heads; head++) sum += values[(head * length + query) * length + key] as number;
            return Number((sum / heads).toFixed(4));
          }),
        ),
      ),
    };
  }
  throw new RangeError('attentionMap: there is no text.');
}
