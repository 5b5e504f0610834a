import type { HostTensor } from '@cloze/backend';
import { CheckpointError } from './checkpoint-error.ts';
import { decodeTensor, typeWidths } from './decode-tensor.ts';

/** Tensors by name, and the file's own notes. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own bound on the header. */
const HEADER_LIMIT = 100_000_000;

/** JSON.parse keeps the last of two equal keys; a file with both would mean different things to different readers. */
function refuseDuplicateKeys(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const start = i;
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++;
      let next = i + 1;
      while (/\s/.test(text[next] ?? '')) next++;
      if (text[next] !== ':') continue;
      const key = JSON.parse(text.slice(start, i + 1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) throw new CheckpointError(`The header names '${key}' twice.`);
      keys?.add(key);
    }
  }
}

function headerOf(file: Uint8Array): { header: Record<string, unknown>; dataAt: number } {
  if (file.byteLength < 8)
    throw new CheckpointError(`A safetensors file has at least 8 bytes, got ${file.byteLength}.`);
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  // Compared as BigInt before anything is allocated: the number is the file's word, not ours.
  if (length > BigInt(HEADER_LIMIT))
    throw new CheckpointError(`The header claims ${length} bytes; the format allows ${HEADER_LIMIT}.`);
  const dataAt = 8 + Number(length);
  if (dataAt > file.byteLength)
    throw new CheckpointError(
      `The header claims ${length} bytes, the file has ${file.byteLength - 8} after its length.`,
    );
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, dataAt));
    if (!text.startsWith('{')) throw new SyntaxError("it does not start with '{'");
    header = JSON.parse(text);
    refuseDuplicateKeys(text);
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(`The header is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
  return { header: header as Record<string, unknown>, dataAt };
}

/**
 * Reads a safetensors file strictly: no holes, no overlaps, no bytes left over, every span equal to shape × type.
 *
 * Nothing is allocated on the word of the file before it has been checked against the file's size.
 *
 * @throws {CheckpointError} naming the tensor and the numbers
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const { header, dataAt } = headerOf(file);
  const metadata: Record<string, string> = {};
  const spans: { name: string; dtype: string; shape: number[]; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry as object)) {
        if (typeof value !== 'string')
          throw new CheckpointError(`__metadata__ must hold strings; '${key}' is a ${typeof value}.`);
        metadata[key] = value;
      }
      continue;
    }
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    const whole = (value: unknown): value is number[] =>
      Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);
    if (
      typeof dtype !== 'string' ||
      !Object.hasOwn(typeWidths, dtype) ||
      !whole(shape) ||
      !whole(offsets) ||
      offsets.length !== 2
    ) {
      throw new CheckpointError(
        `'${name}': expected a known dtype, a shape and two data_offsets, got ${JSON.stringify(entry)?.slice(0, 200)}.`,
      );
    }
    const [begin, end] = offsets as [number, number];
    const bytes = shape.reduce((n, extent) => n * extent, typeWidths[dtype] as number);
    if (begin > end || end > file.byteLength - dataAt || bytes !== end - begin) {
      throw new CheckpointError(
        `'${name}': ${dtype} [${shape}] takes ${bytes} bytes, data_offsets [${begin}, ${end}] of ${file.byteLength - dataAt} do not fit.`,
      );
    }
    spans.push({ name, dtype, shape, begin, end });
  }
  let at = 0;
  for (const { name, begin, end } of [...spans].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw new CheckpointError(
        `'${name}' begins at ${begin}, expected ${at}: spans must neither overlap nor leave holes.`,
      );
    at = end;
  }
  if (at !== file.byteLength - dataAt)
    throw new CheckpointError(`${file.byteLength - dataAt - at} bytes at the end belong to no tensor.`);
  const tensors = new Map(
    spans.map(({ name, dtype, shape, begin, end }) => [
      name,
      decodeTensor(name, dtype, shape, file.subarray(dataAt + begin, dataAt + end)),
    ]),
  );
  return { tensors, metadata };
}
