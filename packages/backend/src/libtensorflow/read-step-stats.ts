/** What one operation of a run cost. */
export interface OperationTime {
  /** TensorFlow's name of the node, `MatMul_12`. */
  readonly node: string;
  /** TensorFlow's name of the operation, `MatMul`. */
  readonly operation: string;
  /** When it began, in microseconds of the system's clock. */
  readonly start: number;
  /** How long its kernel ran, in microseconds. */
  readonly duration: number;
  readonly thread: number;
}

type Field = readonly [number: number, value: number | Uint8Array];

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[position++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (position < bytes.length) {
    const tag = varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) yield [field, varint()];
    else if (wire === 2) {
      const length = varint();
      yield [field, bytes.subarray(position, position + length)];
      position += length;
    } else position += wire === 1 ? 8 : 4;
  }
}

const children = (bytes: Uint8Array, field: number): Uint8Array[] =>
  [...fieldsOf(bytes)].flatMap(([number, value]) => (number === field && value instanceof Uint8Array ? [value] : []));

/** The operations of a RunMetadata message: step_stats (1), dev_stats (1), node_stats (2), in NodeExecStats. */
export function readStepStats(metadata: Uint8Array): OperationTime[] {
  const decoder = new TextDecoder();
  return children(metadata, 1)
    .flatMap((stats) => children(stats, 1))
    .flatMap((device) => children(device, 2))
    .map((node) => {
      const fields = new Map(fieldsOf(node));
      const number = (field: number) => (fields.get(field) ?? 0) as number;
      const text = (field: number) => {
        const value = fields.get(field);
        return value instanceof Uint8Array ? decoder.decode(value) : '';
      };
      const label = text(8);
      return {
        node: text(1),
        operation: / = (\w+)\(/.exec(label)?.[1] ?? text(1).replace(/_\d+$/, ''),
        start: number(2) + number(3),
        duration: number(4) - number(3),
        thread: number(10),
      };
    });
}
