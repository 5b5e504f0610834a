import type { Tensor } from '@cloze/backend';

/** What the model of a task gives, and what a regulariser may ask of it. */
export interface TaskOutput {
  /** `[rows, classes]`, `[rows, length, classes]`, or `[rows, outputs]` of a regression. */
  readonly logits: Tensor;
  /** One vector a row, `[rows, width]`. */
  readonly vector?: Tensor;
  /** The encoder's last states, `[rows, length, width]`. */
  readonly states?: Tensor;
  /** Attention weights of each layer, `[rows, heads, queries, keys]`. */
  readonly attention?: readonly Tensor[];
}

/** Logits by themselves, or in an output. */
export type LogitsOutput = Tensor | { readonly logits: Tensor };

/** Vectors of rows by themselves, or in an output. */
export type VectorOutput = Tensor | { readonly vector?: Tensor };

/** The logits of an output, or the tensor that it is. @throws {TypeError} where there is neither @internal */
export function logitsOf(output: LogitsOutput): Tensor {
  const logits = 'logits' in output ? output.logits : output;
  if (logits === undefined || !('shape' in logits))
    throw new TypeError("The model's output is no tensor and holds no 'logits'.");
  return logits;
}

/** The vectors of an output, or the tensor that it is. @throws {TypeError} where the model gives none @internal */
export function vectorOf(where: string, output: VectorOutput): Tensor {
  if ('shape' in output) return output;
  if (!output.vector) throw new TypeError(`${where}: the model's output holds no 'vector'.`);
  return output.vector;
}
