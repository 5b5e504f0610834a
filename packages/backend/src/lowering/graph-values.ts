import type { Tensor } from '../expression/tensor.ts';
import type { OpSink, TfOutput } from '../libtensorflow/types.ts';

/** Where the tensors of one call stand in a graph, in full precision and, where products are made of them, in bfloat16. */
export interface GraphValues {
  set(tensor: Tensor, output: TfOutput): void;
  /** A product that left its kernel in bfloat16. */
  setLow(tensor: Tensor, output: TfOutput): void;
  /** As declared; widened where only bfloat16 is there. */
  of(tensor: Tensor): TfOutput;
  /** In bfloat16; narrowed once for all products that take it. */
  low(tensor: Tensor): TfOutput;
  /** Whether bfloat16 is all there is. */
  onlyLow(tensor: Tensor): boolean;
}

/** An empty set of places; casts are recorded on demand, each once. */
export function graphValues(sink: OpSink): GraphValues {
  const full = new Map<Tensor, TfOutput>();
  const narrow = new Map<Tensor, TfOutput>();
  const cast = (output: TfOutput, type: 'float32' | 'bfloat16') =>
    sink.op('Cast', [output], { DstT: { type } })[0] as TfOutput;
  return {
    set: (tensor, output) => full.set(tensor, output),
    setLow: (tensor, output) => narrow.set(tensor, output),
    of: (tensor) => {
      const known = full.get(tensor);
      const low = narrow.get(tensor);
      if (known || !low) return known as TfOutput;
      const wide = cast(low, 'float32');
      full.set(tensor, wide);
      return wide;
    },
    low: (tensor) => {
      const known = narrow.get(tensor);
      if (known) return known;
      const low = cast(full.get(tensor) as TfOutput, 'bfloat16');
      narrow.set(tensor, low);
      return low;
    },
    onlyLow: (tensor) => !full.has(tensor) && narrow.has(tensor),
  };
}
