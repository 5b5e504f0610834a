import { readFileSync } from 'node:fs';
import { canonicalJson, sha256 } from './canonical-json.ts';

/** What makes a folder a record: its run, its files, and that nobody changed it since. Programs add what they want to say. */
export interface SealedManifest {
  /** Hash of what the run was told (`specHash`). */
  readonly spec: string;
  /** SHA-256 of every other file of the record, by its path below the folder. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 of the rest as canonical JSON: a figure that was changed by hand or by a disk is noticed. */
  readonly seal?: string | undefined;
}

/** A record that came and is none. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** The seal that a manifest must have. */
export function sealOf(manifest: SealedManifest): string {
  const { seal: _, ...rest } = manifest;
  return sha256(canonicalJson(rest));
}

/** Whether a path stays below its folder: names of letters, digits, dots, dashes and underscores, no dot first, with slashes between. `../../x` is none. */
export const isInnerPath = (path: string): boolean =>
  path.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(part));

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The manifest in a file, with whatever else it says.
 *
 * @throws {RecordError} for one that is missing, torn, without hashes, or names what lies outside its folder
 */
export function readSealed(path: string): SealedManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
  } catch (error) {
    throw new RecordError(`${path} is torn: ${error instanceof Error ? error.message : error}.`);
  }
  const refuse = (what: string): never => {
    throw new RecordError(`${path} is no record's: ${what}.`);
  };
  if (!isObject(value)) return refuse('expected an object');
  const { spec, files, seal } = value;
  if (!isHash(spec)) return refuse('spec: expected a SHA-256');
  if (!isObject(files)) return refuse('files: expected hashes by path');
  for (const [name, hash] of Object.entries(files)) {
    if (!isInnerPath(name))
      return refuse(`files.${name}: expected a path of names of letters, digits, dots and dashes`);
    if (!isHash(hash)) return refuse(`files.${name}: expected a SHA-256`);
  }
  if (seal !== undefined && !isHash(seal)) return refuse('seal: expected a SHA-256');
  // Each of its hashes was looked at.
  return value as Readonly<Record<string, unknown>> & SealedManifest;
}
