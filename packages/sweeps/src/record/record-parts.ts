import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { hashFile, writeWhole } from '@cloze/trainer/node';
import { specHash } from './canonical-json.ts';
import { recordFiles } from './record-files.ts';
import { RecordError, readSealed, type SealedManifest, sealOf } from './sealed-manifest.ts';

/** Bytes of a file in one part: Redis sends and keeps each whole. */
const partBytes = 1 << 20;

/**
 * A finished run's record as parts: its manifest, then the files that it names, in its order, cut and compressed. A byte before each part says whether a
 * file goes on in the next.
 *
 * @throws {RecordError} where the record is not whole: a file that nobody named lies there, or its manifest is none
 */
export function* recordParts(folder: string): Generator<Uint8Array> {
  const { files } = readSealed(join(folder, 'manifest.json'));
  const stray = recordFiles(folder).find((name) => !Object.hasOwn(files, name));
  if (stray !== undefined) throw new RecordError(`${join(folder, stray)} is not of the record; it is not sent.`);
  const packed = (bytes: Uint8Array, goesOn: boolean) =>
    Buffer.concat([Uint8Array.of(goesOn ? 1 : 0), gzipSync(bytes, { level: 1 })]);
  yield packed(readFileSync(join(folder, 'manifest.json')), false);
  for (const name of Object.keys(files)) {
    const file = openSync(join(folder, name), 'r');
    try {
      const buffer = Buffer.alloc(partBytes);
      let held = readSync(file, buffer, 0, partBytes, null);
      for (;;) {
        const bytes = Uint8Array.from(buffer.subarray(0, held));
        held = held < partBytes ? 0 : readSync(file, buffer, 0, partBytes, null);
        yield packed(bytes, held > 0);
        if (held === 0) break;
      }
    } finally {
      closeSync(file);
    }
  }
}

/** Where a manifest lies while its record comes, and afterwards. */
const [arrivingName, manifestName] = ['manifest.arriving.json', 'manifest.json'];
const ownFiles = [arrivingName, manifestName];

/** A manifest that came. @throws {RecordError} where it is none, or none of this run */
function arrivedManifest(path: string, spec: unknown): SealedManifest {
  const manifest = readSealed(path);
  if (manifest.spec !== specHash(spec)) throw new RecordError('it is of another run.');
  if (manifest.seal !== sealOf(manifest)) throw new RecordError("its manifest's seal differs.");
  const names = Object.keys(manifest.files);
  const clash = names.find((name) => ownFiles.includes(name) || names.some((other) => other.startsWith(`${name}/`)));
  if (clash !== undefined) throw new RecordError(`its manifest names '${clash}', which can be no file of it.`);
  return manifest;
}

/**
 * Writes a record from its parts into a new folder and compares all with what its manifest says, which comes last: all of it is on the disk then.
 *
 * @param mustHave files without which it is no record; default none
 * @returns the bytes written
 * @throws {RecordError} for parts that are no whole record of this run; the operating system's error for a disk that takes no more
 */
export async function writeRecordParts(
  folder: string,
  spec: unknown,
  parts: AsyncIterable<Uint8Array>,
  mustHave: readonly string[] = [],
): Promise<number> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const unpacked = (part: Uint8Array) => {
    try {
      // A part of a megabyte says no more than that.
      return { goesOn: part[0] === 1, bytes: gunzipSync(part.subarray(1), { maxOutputLength: 64 * partBytes }) };
    } catch (error) {
      throw new RecordError(`a part is torn: ${error instanceof Error ? error.message : error}.`);
    }
  };
  const source = parts[Symbol.asyncIterator]();
  const next = async (what: string) => {
    const { done, value } = await source.next();
    if (done) throw new RecordError(`${what} did not come.`);
    return unpacked(value);
  };
  const arriving = join(folder, arrivingName);
  const { bytes: manifestBytes } = await next('the manifest');
  writeWhole(arriving, manifestBytes);
  const manifest = arrivedManifest(arriving, spec);
  const lacking = mustHave.find((name) => !Object.hasOwn(manifest.files, name));
  if (lacking !== undefined) throw new RecordError(`it has no ${lacking}.`);
  let total = manifestBytes.length;
  for (const [name, hash] of Object.entries(manifest.files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'wx');
    try {
      for (let goesOn = true; goesOn; ) {
        const part = await next(name);
        for (let at = 0; at < part.bytes.length; ) at += writeSync(file, part.bytes, at);
        total += part.bytes.length;
        goesOn = part.goesOn;
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if ((await hashFile(path)).sha256 !== hash) throw new RecordError(`${name} is not what its manifest says.`);
  }
  if (!(await source.next()).done) throw new RecordError('more came than its manifest names.');
  rmSync(arriving);
  writeWhole(join(folder, manifestName), manifestBytes);
  return total;
}
