import { realpathSync } from 'node:fs';
import { UsageError } from './usage-error.ts';

/** The file or folder that a path leads to, whatever links and dots are in it; undefined where there is none. */
export function placeOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Judges, before any work, that what is written does not replace what is read. @throws {UsageError} where it would */
export function checkOutputFile(option: string, out: string, inputs: readonly string[]): void {
  const place = placeOf(out);
  if (place !== undefined && inputs.some((input) => placeOf(input) === place))
    throw new UsageError(`${option} ${out} is a file that is read, and would be replaced; name another.`);
}
