import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What an exported model gives, by name. */
export type Answers = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: ArrayLike<number> }>>;

/** Rows of ids as an exported model takes them, padded on the right with 0. */
export interface Rows {
  readonly ids: readonly (readonly number[])[];
  readonly segments?: readonly (readonly number[])[];
}

/** Opens the bytes of an ONNX file on ONNX Runtime. */
export async function openOnnx(bytes: Uint8Array): Promise<(rows: Rows) => Promise<Answers>> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  return async ({ ids, segments = ids.map((row) => row.map(() => 0)) }) => {
    const length = Math.max(...ids.map((row) => row.length));
    const tensor = (rows: readonly (readonly number[])[]) => {
      const cells = rows.flatMap((row) => Array.from({ length }, (_, i) => BigInt(row[i] ?? 0)));
      return new Tensor('int64', BigInt64Array.from(cells), [rows.length, length]);
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
