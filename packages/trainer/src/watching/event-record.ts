import { maskedCrc32c } from './crc32c.ts';

/** One event of a TensorBoard file. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Default 0, which is left out. */
  readonly step?: number;
  /** `brain.Event:2` in the first event of a file. */
  readonly fileVersion?: string;
  /** Scalars by tag. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** A run that begins here; TensorBoard drops what an earlier file says from this step on. */
  readonly sessionStart?: boolean;
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((n, { length }) => n + length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
};

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  // Division, not shifts: steps may pass 2³¹.
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}

const field = (number: number, wire: 0 | 1 | 2 | 5, content: Uint8Array): Uint8Array =>
  joined([varint((number << 3) | wire), ...(wire === 2 ? [varint(content.length)] : []), content]);

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function real(value: number, bytes: 4 | 8): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 8) view.setFloat64(0, value, true);
  else view.setFloat32(0, value, true);
  return new Uint8Array(view.buffer);
}

/** `Event` of tensorflow/core/util/event.proto: wall_time 1, step 2, file_version 3, summary 5, session_log 7. */
function eventMessage({
  wallTime,
  step = 0,
  fileVersion,
  scalars,
  sessionStart = false,
}: TensorBoardEvent): Uint8Array {
  const parts = [field(1, 1, real(wallTime, 8))];
  if (step !== 0) parts.push(field(2, 0, varint(step)));
  if (fileVersion !== undefined) parts.push(field(3, 2, text(fileVersion)));
  if (scalars) {
    // Summary.Value: tag 1, simple_value 2.
    const values = Object.entries(scalars).map(([tag, value]) =>
      field(1, 2, joined([field(1, 2, text(tag)), field(2, 5, real(value, 4))])),
    );
    parts.push(field(5, 2, joined(values)));
  }
  // SessionLog.status 1 = START.
  if (sessionStart) parts.push(field(7, 2, field(1, 0, varint(1))));
  return joined(parts);
}

/** An event as a TFRecord: length, its masked CRC-32C, the message, its masked CRC-32C. */
export function eventRecord(event: TensorBoardEvent): Uint8Array {
  const message = eventMessage(event);
  const record = new Uint8Array(16 + message.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(message, 12);
  view.setUint32(12 + message.length, maskedCrc32c(message), true);
  return record;
}
