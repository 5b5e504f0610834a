import { CheckpointError } from './checkpoint-error.ts';

/** The name of the file that is written last: a folder without a valid one is no checkpoint. */
export const manifestName = 'COMPLETE.json';

/** What a checkpoint holds, with the size and SHA-256 of every file. */
export interface Manifest {
  readonly schema: 1;
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** The manifest as a file; its own checksum guards the numbers in it. */
export function writeManifest(manifest: Manifest, sha256: (bytes: Uint8Array) => string): Uint8Array {
  const seal = sha256(new TextEncoder().encode(JSON.stringify(manifest)));
  return new TextEncoder().encode(`${JSON.stringify({ ...manifest, seal })}\n`);
}

/** Reads a manifest. @throws {CheckpointError} when it is torn or altered */
export function readManifest(bytes: Uint8Array, sha256: (bytes: Uint8Array) => string): Manifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new CheckpointError(`${manifestName} is torn (${error instanceof Error ? error.message : error})`);
  }
  if (typeof parsed !== 'object' || parsed === null) throw new CheckpointError(`${manifestName} is no object`);
  const { seal, ...manifest } = parsed as Manifest & { seal?: unknown };
  if (seal !== sha256(new TextEncoder().encode(JSON.stringify(manifest))))
    throw new CheckpointError(`${manifestName} was altered: its checksum differs`);
  if (manifest.schema !== 1)
    throw new CheckpointError(`${manifestName} has schema ${manifest.schema}, this version reads 1`);
  return manifest;
}
