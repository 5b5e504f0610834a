import { CheckpointError } from '../checkpoint-error.ts';

/** A file's JSON object. @throws {CheckpointError} naming the file when it holds none */
export function jsonObject(bytes: Uint8Array, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new SyntaxError('it holds no object');
  } catch (error) {
    throw new CheckpointError(`${path} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}
