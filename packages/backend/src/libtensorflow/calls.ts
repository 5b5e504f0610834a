import { BackendError } from '../errors.ts';
import type { Native, NativeFunction, Pointer } from './native.ts';
import { typeBytes, typeCodes } from './type-codes.ts';
import type { HostTensor, TfType } from './types.ts';

const hostTypes = new Map<number, HostTensor['dtype']>([
  [typeCodes.float32, 'float32'],
  [typeCodes.int32, 'int32'],
  [typeCodes.bool, 'bool'],
]);
const hostArrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** The C API with statuses checked and tensors copied. @internal */
export interface Calls {
  readonly native: Native;
  readonly call: (name: string) => NativeFunction;
  checked<T>(what: string, body: (status: Pointer) => T): T;
  /** The message of a status, or undefined when it is OK. */
  problem(status: Pointer): string | undefined;
  newTensor(shape: readonly number[], dtype: TfType, values: ArrayBufferView): Pointer;
  deleteTensor(tensor: Pointer): void;
  /** Copies a TF_Tensor out and deletes it. */
  takeTensor(tensor: Pointer): HostTensor;
}

/** @internal */
export function createCalls(native: Native): Calls {
  const call = (name: string) => native.call[name] as NativeFunction;
  const shared = call('TF_NewStatus')();
  const deleteTensor = call('TF_DeleteTensor');
  const problem = (status: Pointer) =>
    native.number('TF_GetCode', status) === 0 ? undefined : native.text('TF_Message', status);
  return {
    native,
    call,
    problem,
    checked: (what, body) => {
      const result = body(shared);
      const message = problem(shared);
      if (message !== undefined) throw new BackendError(`TensorFlow, ${what}: ${message}`);
      return result;
    },
    newTensor: (shape, dtype, values) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const bytes = size * typeBytes[dtype];
      if (values.byteLength !== bytes) {
        throw new BackendError(
          `A ${dtype} tensor of shape [${shape.join(', ')}] takes ${bytes} bytes, but ${values.byteLength} were given.`,
        );
      }
      const tensor = call('TF_AllocateTensor')(
        typeCodes[dtype],
        BigInt64Array.from(shape, BigInt),
        shape.length,
        bytes,
      );
      if (!tensor) throw new BackendError(`TensorFlow could not allocate ${bytes} bytes.`);
      native.copy(call('TF_TensorData')(tensor), values, bytes);
      return tensor;
    },
    deleteTensor,
    takeTensor: (tensor) => {
      try {
        const code = native.number('TF_TensorType', tensor);
        const dtype = hostTypes.get(code);
        if (!dtype) throw new BackendError(`A tensor of TensorFlow's type ${code} cannot be read: cast it first.`);
        const rank = native.number('TF_NumDims', tensor);
        const shape = Array.from({ length: rank }, (_, i) => native.number('TF_Dim', tensor, i));
        const values = new hostArrays[dtype](shape.reduce((a, b) => a * b, 1));
        native.copy(values, call('TF_TensorData')(tensor), values.byteLength);
        return { shape, dtype, values };
      } finally {
        deleteTensor(tensor);
      }
    },
  };
}
