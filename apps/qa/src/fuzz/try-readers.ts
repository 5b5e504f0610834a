import { getHeapStatistics } from 'node:v8';
import type { HostTensor } from '@cloze/backend';
import { CheckpointError, readPytorchBin, readSafetensors } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { fuzzPytorchBin } from './fuzz-pytorch-bin.ts';
import { fuzzSafetensors } from './fuzz-safetensors.ts';

/** What can be fuzzed. */
export type FuzzKind = 'safetensors' | 'zip';

/** What came of it. */
export interface FuzzResult {
  readonly kind: FuzzKind;
  readonly files: number;
  readonly accepted: number;
  readonly refused: number;
  /** Errors that are no CheckpointError, with the number of the file: none is allowed. */
  readonly crashes: readonly { readonly file: number; readonly error: string }[];
  /** Most memory that reading one file and all its values took beyond the file's own size, in bytes; at most 1 MB is allowed. */
  readonly worst_allocation: number;
  readonly slowest_ms: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** One file of each kind, by its number. */
export const makers = { safetensors: fuzzSafetensors, zip: fuzzPytorchBin } as const;

const readers: Readonly<Record<FuzzKind, (file: Uint8Array) => ReadonlyMap<string, HostTensor>>> = {
  safetensors: (file) => readSafetensors(file).tensors,
  zip: readPytorchBin,
};

/** Whether the file is opened; an error that is no CheckpointError passes on. */
export function accepts(kind: FuzzKind, file: Uint8Array): boolean {
  try {
    readers[kind](file);
    return true;
  } catch (error) {
    if (error instanceof CheckpointError) return false;
    throw error;
  }
}

/** Opens a file and decodes every value; the error's text where it is none of ours. */
function readAll(kind: FuzzKind, file: Uint8Array): string {
  try {
    const tensors = readers[kind](file);
    for (const tensor of tensors.values())
      try {
        void tensor.values;
      } catch (error) {
        // Values of types that are not read are refused one by one.
        if (!(error instanceof CheckpointError)) throw error;
      }
    return 'accepted';
  } catch (error) {
    if (error instanceof CheckpointError) return 'refused';
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

const held = () => {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
};

/** Reads files by number, from 0, all drawn from the seed, values included; counts what happened. Memory is what V8 says before and after. */
export function tryReaders(
  kind: FuzzKind,
  files: number,
  { seed, onFile = () => {} }: { readonly seed: number; readonly onFile?: (done: number) => void },
): FuzzResult {
  const started = performance.now();
  const stream = streamFrom(seed).fork(`fuzz ${kind}`);
  const crashes: { file: number; error: string }[] = [];
  let [accepted, worst, slowest, bytes] = [0, 0, 0, 0];
  for (let i = 0; i < files; i++) {
    const file = makers[kind](stream.fork(i));
    bytes += file.length;
    let [taken, repeats] = [Number.POSITIVE_INFINITY, 0];
    // What a file takes it takes each time; V8's own compiling comes once. A collection in between makes the difference negative.
    while (taken > 100_000 && repeats++ < 5) {
      const since = performance.now();
      const before = held();
      const outcome = readAll(kind, file);
      taken = Math.min(taken, held() - before - file.length);
      slowest = Math.max(slowest, performance.now() - since);
      if (repeats > 1) continue;
      if (outcome === 'accepted') accepted++;
      else if (outcome !== 'refused') crashes.push({ file: i, error: outcome });
    }
    worst = Math.max(worst, taken);
    onFile(i + 1);
  }
  return {
    ...{ kind, files, accepted, refused: files - accepted - crashes.length, crashes },
    ...{ worst_allocation: worst, slowest_ms: Number(slowest.toFixed(2)), bytes },
    seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
  };
}
