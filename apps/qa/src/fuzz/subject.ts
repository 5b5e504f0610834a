import type { RandomStream } from '@cloze/random';

/** A reader of files that is fed wrong ones, by number. */
export interface FuzzSubject {
  /** What `--<name>` asks for. */
  readonly name: string;
  /** A file to accept or refuse, all of it from the stream. */
  make(random: RandomStream): Uint8Array;
  /** Reads it as far as anything depends on it. */
  read(file: Uint8Array): void | Promise<void>;
  /** Whether an error is a refusal in our own words; any other is a crash. */
  isRefusal(error: unknown): boolean;
}
