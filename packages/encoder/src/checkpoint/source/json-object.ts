import { CheckpointError } from '../checkpoint-error.ts';

/** How deep an object may be nested: what is saved again is written by a function that calls itself. */
const deepest = 100;

/** Whether something lies deeper in a value than it may. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}

/** A file's JSON object. @throws {CheckpointError} naming the file when it holds none */
export function jsonObject(bytes: Uint8Array, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new SyntaxError('it holds no object');
    if (isTooDeep(value)) throw new SyntaxError(`it is nested more than ${deepest} deep, which no settings are`);
    return value as Record<string, unknown>;
  } catch (error) {
    throw new CheckpointError(`${path} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}
