import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What an exported model gives, by name. */
export type Answers = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: ArrayLike<number> }>>;

/** Rows of ids as an exported model takes them, padded on the right with 0. */
export interface Rows {
  readonly ids: readonly (readonly number[])[];
  readonly segments?: readonly (readonly number[])[];
  /** Rows that stand in a run: the inputs have an axis for them. */
  readonly run?: number;
}

/** Opens an ONNX file on ONNX Runtime. @param file its bytes, or its path where weights lie beside it */
export async function openOnnx(file: Uint8Array | string): Promise<(rows: Rows) => Promise<Answers>> {
  const settings = { logSeverityLevel: 3, intraOpNumThreads: 1 } as const;
  const session = await (typeof file === 'string'
    ? InferenceSession.create(file, settings)
    : InferenceSession.create(file, settings));
  return async ({ ids, segments = ids.map((row) => row.map(() => 0)), run }) => {
    const length = Math.max(...ids.map((row) => row.length));
    const tensor = (rows: readonly (readonly number[])[]) => {
      const cells = rows.flatMap((row) => Array.from({ length }, (_, i) => BigInt(row[i] ?? 0)));
      return new Tensor(
        'int64',
        BigInt64Array.from(cells),
        run ? [rows.length / run, run, length] : [rows.length, length],
      );
    };
    const given: Record<string, Tensor> = {
      input_ids: tensor(ids),
      attention_mask: tensor(ids.map((row) => row.map(() => 1))),
      token_type_ids: tensor(segments),
    };
    const found = await session.run(
      Object.fromEntries(session.inputNames.map((name) => [name, given[name] as Tensor])),
    );
    return found as unknown as Answers;
  };
}

/** The largest difference of two lists, and of their lengths. */
export const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))),
    Math.abs(a.length - b.length),
  );
