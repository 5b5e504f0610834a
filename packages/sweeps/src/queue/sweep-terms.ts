import { randomUUID } from 'node:crypto';
import { QueueError } from './connect-queue.ts';

/** Of the keys and values that a sweep has in Redis; another one is another program's. */
export const queueFormat = 2;

/** What all who work on a sweep must share, so that a run is the same wherever it is done. */
export interface SweepTerms<Shared> {
  readonly format: number;
  /** Of this sweep; new for each that begins. */
  readonly id: string;
  /** As the program says it: hashes of its code, of the data that its runs read. */
  readonly shared: Shared;
  /** Seconds after which the run of a worker that is not heard of goes to another. */
  readonly heartbeat: number;
  readonly cancelled: boolean;
}

/** The terms of a new sweep. */
export const newTerms = <Shared>(shared: Shared, heartbeat: number): SweepTerms<Shared> => ({
  ...{ format: queueFormat, id: randomUUID(), shared, heartbeat, cancelled: false },
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const fits = <Shared>(value: unknown, isShared: (shared: unknown) => shared is Shared): value is SweepTerms<Shared> =>
  isObject(value) &&
  typeof value.id === 'string' &&
  typeof value.heartbeat === 'number' &&
  value.heartbeat > 0 &&
  typeof value.cancelled === 'boolean' &&
  isShared(value.shared);

/** The terms in a text that a server keeps. @throws {QueueError} for those of another version, or what is none */
export function termsOf<Shared>(
  text: string,
  name: string,
  isShared: (shared: unknown) => shared is Shared,
): SweepTerms<Shared> {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {}
  const format = isObject(told) ? told.format : undefined;
  if (format !== queueFormat)
    throw new QueueError(
      `sweep '${name}' is of version ${typeof format === 'number' ? format : 'unknown'}, this program's is ${queueFormat}: use the same version of Cloze, or another --name.`,
    );
  if (!fits(told, isShared))
    throw new QueueError(`sweep '${name}' says what no sweep says; cancel it, or use another --name.`);
  return told;
}
