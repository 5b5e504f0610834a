import type { LoadedModel } from '../model/loaded-model.ts';

/** Rows of the token table, `[tokens × width]`. */
export function embeddingRows({ parameters }: Pick<LoadedModel, 'parameters'>, ids: ArrayLike<number>) {
  const { values, shape } = parameters.embeddings.tokenTable;
  const width = shape[1] as number;
  const rows = new Float32Array(ids.length * width);
  for (let i = 0; i < ids.length; i++)
    rows.set(
      (values as Float32Array).subarray((ids[i] as number) * width, ((ids[i] as number) + 1) * width),
      i * width,
    );
  return { width, rows };
}
