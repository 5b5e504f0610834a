/** Encodes a non-negative integer below 2^53 as a protobuf varint. @internal */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

/** A field that holds an integer or a truth value. @internal */
export const intField = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];

/** A field that holds bytes, a string or a message. @internal */
export function bytesField(field: number, value: string | readonly number[]): number[] {
  const bytes = typeof value === 'string' ? [...new TextEncoder().encode(value)] : value;
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** Reads the length-delimited fields of a message and skips the others. @internal */
export function* readFields(bytes: Uint8Array): Generator<readonly [field: number, value: Uint8Array]> {
  let at = 0;
  const next = () => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const tag = next();
    const kind = tag % 8;
    if (kind === 0) next();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else {
      const length = next();
      yield [Math.floor(tag / 8), bytes.subarray(at, at + length)];
      at += length;
    }
  }
}
