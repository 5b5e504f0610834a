import type { HostTensor } from '../expression/host-tensors.ts';
import { bytesOf, typeNumbers, typeOfNumber } from './element-types.ts';
import type { Functions, NativeFunction } from './functions.ts';
import type { TfType } from './types.ts';

/** The bound C functions with one status object, and copies in and out of TensorFlow's memory. */
export interface Native {
  readonly call: Functions;
  readonly status: unknown;
  /** @throws with TensorFlow's own message when the last call failed */
  check(what: string): void;
  /** A TF_Tensor with a copy of the values; the caller deletes it. */
  toTensor(shape: readonly number[], dtype: TfType, values: ArrayBufferView): unknown;
  /** A copy of a TF_Tensor, which is deleted. */
  takeTensor(tensor: unknown): HostTensor;
  /** A copy of a TF_Buffer's bytes; the buffer is deleted. */
  takeBuffer(buffer: unknown): Uint8Array;
}

/** @param copy libc's memcpy in both directions: koffi's own encode and decode go element by element */
export function nativeOf(call: Functions, copyIn: NativeFunction, copyOut: NativeFunction): Native {
  const status = call.TF_NewStatus();
  const check = (what: string) => {
    if (call.TF_GetCode(status) === 0) return;
    const message = `${what}: ${call.TF_Message(status)}`;
    // Functions that cannot fail leave the status alone: an old error would be taken for theirs.
    call.TF_SetStatus(status, 0, '');
    throw new Error(message);
  };
  return {
    call,
    status,
    check,
    toTensor: (shape, dtype, values) => {
      const bytes = shape.reduce((product, length) => product * length, bytesOf[dtype]);
      if (values.byteLength !== bytes)
        throw new Error(
          `A ${dtype} tensor of shape [${shape.join(', ')}] takes ${bytes} bytes, but ${values.byteLength} were given.`,
        );
      const tensor = call.TF_AllocateTensor(typeNumbers[dtype], shape.map(BigInt), shape.length, values.byteLength);
      if (values.byteLength > 0) copyIn(call.TF_TensorData(tensor), values, values.byteLength);
      return tensor;
    },
    takeBuffer: (buffer) => {
      const { data, length } = call.TF_GetBuffer(buffer) as { data: unknown; length: number | bigint };
      const bytes = new Uint8Array(Number(length));
      if (bytes.length > 0) copyOut(bytes, data, bytes.length);
      call.TF_DeleteBuffer(buffer);
      return bytes;
    },
    takeTensor: (tensor) => {
      const dtype = typeOfNumber(call.TF_TensorType(tensor));
      const shape = Array.from({ length: call.TF_NumDims(tensor) }, (_, i) => Number(call.TF_Dim(tensor, i)));
      const bytes = Number(call.TF_TensorByteSize(tensor));
      if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
        call.TF_DeleteTensor(tensor);
        throw new Error(`A ${dtype} tensor cannot be read into JavaScript; cast it to float32 or int32 first.`);
      }
      const values =
        dtype === 'float32'
          ? new Float32Array(bytes / 4)
          : dtype === 'int32'
            ? new Int32Array(bytes / 4)
            : new Uint8Array(bytes);
      if (bytes > 0) copyOut(values, call.TF_TensorData(tensor), bytes);
      call.TF_DeleteTensor(tensor);
      return { shape, dtype, values };
    },
  };
}
