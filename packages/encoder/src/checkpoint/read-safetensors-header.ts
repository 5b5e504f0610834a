import { CheckpointError } from './checkpoint-error.ts';
import { JsonScanner } from './json-scanner.ts';

/** A tensor before its bytes are looked at. */
export interface Span {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte in the file, and the one after the last. */
  readonly begin: number;
  readonly end: number;
}

/** Bits of one element, by the format's names of types. */
const bits: Readonly<Record<string, number>> = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** The format's own bound. */
const headerLimit = 100_000_000;

function headerBytes(file: Uint8Array): Uint8Array {
  if (file.byteLength < 8)
    throw new CheckpointError(`A safetensors file has at least 8 bytes, got ${file.byteLength}.`);
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  // Compared as BigInt before anything is allocated: the number is the file's word, not ours.
  if (length > BigInt(headerLimit))
    throw new CheckpointError(`The header claims ${length} bytes; the format allows ${headerLimit}.`);
  if (8n + length > BigInt(file.byteLength))
    throw new CheckpointError(
      `The header claims ${length} bytes, the file has ${file.byteLength - 8} after its length.`,
    );
  return file.subarray(8, 8 + Number(length));
}

/** Bytes that a shape takes; infinite where a 64-bit number would overflow on the way, NaN where they are no whole number. */
function bytesOf(shape: readonly number[], width: number): number {
  let elements = 1;
  for (const extent of shape) {
    elements *= extent;
    if (elements * width > 2 ** 64) return Number.POSITIVE_INFINITY;
  }
  return Number.isInteger((elements * width) / 8) ? (elements * width) / 8 : Number.NaN;
}

function entryOf(scanner: JsonScanner, name: string): Omit<Span, 'begin' | 'end'> & { offsets: number[] } {
  const outside = scanner.context;
  scanner.context = `'${name}'`;
  const found: { dtype?: string; shape?: number[]; data_offsets?: number[] } = {};
  const numbers = () => {
    const list: number[] = [];
    scanner.array(() => void list.push(scanner.whole()));
    return list;
  };
  scanner.object((key) => {
    if (Object.hasOwn(found, key)) throw new CheckpointError(`'${name}' has two ${key}.`);
    if (key === 'dtype') found.dtype = scanner.string();
    else if (key === 'shape' || key === 'data_offsets') found[key] = numbers();
    else scanner.skip();
  });
  scanner.context = outside;
  const { dtype, shape, data_offsets: offsets } = found;
  if (dtype === undefined || !Object.hasOwn(bits, dtype) || !shape || offsets?.length !== 2)
    throw new CheckpointError(
      `'${name}': expected a known dtype, a shape and two data_offsets, got ${JSON.stringify(found).slice(0, 200)}.`,
    );
  return { dtype, shape, offsets };
}

/**
 * The names, types, shapes and places of a safetensors file, none of its data.
 *
 * Strict as the format's text: it begins with `{`, no name twice, offsets without holes or overlaps, every span equal to shape × type,
 * no bytes left over. Nothing is allocated on the word of the file.
 *
 * @throws {CheckpointError} naming the tensor and the numbers
 */
export function readSafetensorsHeader(file: Uint8Array): {
  readonly spans: ReadonlyMap<string, Span>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const text = headerBytes(file);
  if (text[0] !== 0x7b) throw new CheckpointError("The header does not start with '{'.");
  const scanner = new JsonScanner(text);
  const [dataAt, size] = [8 + text.byteLength, file.byteLength - 8 - text.byteLength];
  const metadata = new Map<string, string>();
  const spans = new Map<string, Span>();
  let noted = false;
  scanner.object((name) => {
    if (name === '__metadata__') {
      if (noted) throw new CheckpointError("The header names '__metadata__' twice.");
      noted = true;
      if (scanner.peek() === 'n') return scanner.word('null');
      return scanner.object((key) => {
        if (metadata.has(key)) throw new CheckpointError(`__metadata__ names '${key}' twice.`);
        if (scanner.peek() !== '"')
          throw new CheckpointError(`__metadata__ must hold strings; '${key}' is something else.`);
        metadata.set(key, scanner.string());
      });
    }
    if (spans.has(name)) throw new CheckpointError(`The header names '${name}' twice.`);
    const { dtype, shape, offsets } = entryOf(scanner, name);
    const [begin, end] = offsets as [number, number];
    const bytes = bytesOf(shape, bits[dtype] as number);
    if (begin > end || end > size || bytes !== end - begin)
      throw new CheckpointError(
        `'${name}': ${dtype} [${shape}] takes ${bytes} bytes, data_offsets [${begin}, ${end}] of ${size} do not fit.`,
      );
    spans.set(name, { dtype, shape, begin: dataAt + begin, end: dataAt + end });
  });
  scanner.end();
  let expected = dataAt;
  for (const [name, { begin, end }] of [...spans].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== expected)
      throw new CheckpointError(
        `'${name}' begins at ${begin - dataAt}, expected ${expected - dataAt}: spans must neither overlap nor leave holes.`,
      );
    expected = end;
  }
  if (expected !== file.byteLength)
    throw new CheckpointError(`${file.byteLength - expected} bytes at the end belong to no tensor.`);
  return { spans, metadata: Object.fromEntries(metadata) };
}
