import type { HostTensor } from '@cloze/backend';
import { lazyTensor } from './lazy-tensor.ts';
import { readSafetensorsHeader } from './read-safetensors-header.ts';

/** Tensors by name, those that `__metadata__` names as another's second name among them, and the file's own notes. */
export interface Safetensors {
  /** Values are decoded when they are first asked for; float32 at an aligned place is a view of the file. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a safetensors file strictly: no holes, no overlaps, no bytes left over, every span equal to shape × type.
 *
 * Nothing is allocated on the word of the file before it has been checked against the file's size; values are read one tensor at a
 * time, as they are used.
 *
 * @throws {CheckpointError} naming the tensor and the numbers; later, for the values of a type that is not read (F8, C64, …)
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const { spans, metadata } = readSafetensorsHeader(file);
  const tensors = new Map<string, HostTensor>();
  for (const [name, { dtype, shape, begin, end }] of spans)
    tensors.set(name, lazyTensor(name, dtype, [...shape], file.subarray(begin, end)));
  // `save_model` of Python's library writes a shared tensor once, and its other names here.
  for (const [alias, name] of Object.entries(metadata)) {
    const tensor = tensors.get(name);
    if (tensor && !tensors.has(alias)) tensors.set(alias, tensor);
  }
  return { tensors, metadata };
}
