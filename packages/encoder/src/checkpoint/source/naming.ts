import { CheckpointError } from '../checkpoint-error.ts';

/** Runs a reader; what it says is wrong is said of this file. */
export function naming<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CheckpointError) throw new CheckpointError(`${path}: ${error.message}`);
    throw error;
  }
}
