import { BackendError } from '../errors.ts';
import type { Calls } from './calls.ts';
import type { Pointer } from './native.ts';
import { typeCodes } from './type-codes.ts';
import type { TfAttribute } from './types.ts';

const eagerName: Readonly<Record<string, string>> = { FuncName: 'FunctionName' };

/** Sets one attribute of a node (`TF_SetAttr*`) or of an eager op (`TFE_OpSetAttr*`). @internal */
export function setAttribute(
  calls: Calls,
  mode: 'graph' | 'eager',
  target: Pointer,
  name: string,
  value: TfAttribute,
): void {
  const { native } = calls;
  const set = (kind: string) => {
    const symbol = mode === 'graph' ? `TF_SetAttr${kind}` : `TFE_OpSetAttr${eagerName[kind] ?? kind}`;
    const call = native.call[symbol];
    if (!call) throw new BackendError(`libtensorflow has no function ${symbol}.`);
    return call;
  };
  if ('type' in value) set('Type')(target, name, typeCodes[value.type]);
  else if ('types' in value) {
    set('TypeList')(
      target,
      name,
      Int32Array.from(value.types, (type) => typeCodes[type]),
      value.types.length,
    );
  } else if ('int' in value) set('Int')(target, name, BigInt(value.int));
  else if ('ints' in value) set('IntList')(target, name, BigInt64Array.from(value.ints, BigInt), value.ints.length);
  else if ('float' in value) set('Float')(target, name, value.float);
  else if ('bool' in value) set('Bool')(target, name, value.bool ? 1 : 0);
  else if ('string' in value || 'func' in value) {
    const bytes = new TextEncoder().encode('string' in value ? value.string : value.func);
    set('string' in value ? 'String' : 'FuncName')(target, name, bytes, bytes.length);
  } else if ('shape' in value) {
    const dims = BigInt64Array.from(value.shape, BigInt);
    if (mode === 'graph') set('Shape')(target, name, dims, dims.length);
    else calls.checked(name, (status) => set('Shape')(target, name, dims, dims.length, status));
  } else {
    const tensor = calls.newTensor(value.tensor.shape, value.tensor.dtype, value.tensor.values);
    try {
      calls.checked(name, (status) => set('Tensor')(target, name, tensor, status));
    } finally {
      calls.deleteTensor(tensor);
    }
  }
}
