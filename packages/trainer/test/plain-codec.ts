import type { HostTensor } from '@cloze/backend';
import type { TensorCodec } from '../src/checkpoints/files.ts';

/** A stand-in for safetensors, which this package may not import: a line of JSON, then the bytes one after another. */
export const plainCodec = {
  write: (tensors) => {
    const header = [...tensors].map(([name, { shape, dtype, values }]) => [name, shape, dtype, values.byteLength]);
    const parts = [...tensors.values()].map(
      ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
    return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts]);
  },
  read: (file) => {
    const end = file.indexOf(10);
    const header = JSON.parse(Buffer.from(file.subarray(0, end)).toString()) as [
      string,
      number[],
      HostTensor['dtype'],
      number,
    ][];
    let offset = end + 1;
    return {
      tensors: new Map(
        header.map(([name, shape, dtype, bytes]) => {
          const { buffer } = Uint8Array.from(file.subarray(offset, (offset += bytes)));
          const make = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
          return [name, { shape, dtype, values: new make(buffer) }];
        }),
      ),
    };
  },
} satisfies TensorCodec;
