import type { HostTensor } from '@cloze/backend';
import { decodeTensor } from './decode-tensor.ts';

const dtypes: Readonly<Record<string, HostTensor['dtype']>> = {
  BOOL: 'bool',
  U8: 'int32',
  I8: 'int32',
  I16: 'int32',
  U16: 'int32',
  I32: 'int32',
  U32: 'int32',
  I64: 'int32',
  U64: 'int32',
};

/** A host tensor whose values are decoded when they are first asked for: what nobody uses costs nothing, and cannot fail. */
export function lazyTensor(name: string, dtype: string, shape: number[], bytes: Uint8Array): HostTensor {
  let values: HostTensor['values'] | undefined;
  return {
    shape,
    dtype: dtypes[dtype] ?? 'float32',
    get values() {
      values ??= decodeTensor(name, dtype, shape, bytes).values;
      return values;
    },
  };
}
