import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Wheel } from '../src/install/wheels.ts';

export interface ZipEntry {
  readonly name: string;
  readonly data: Buffer;
  readonly stored?: boolean;
  /** What the directory claims, default the truth. */
  readonly size?: number;
}

/** A zip file as wheels are: local headers, data, central directory, end record. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, data, stored = false, size = data.length } of entries) {
    const packed = stored ? data : deflateRawSync(data);
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const header = Buffer.alloc(46 + name.length);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(stored ? 0 : 8, 10);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt32LE(size, 24);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt32LE(offset, 42);
    header.write(name, 46);
    central.push(header);
    parts.push(local, packed);
    offset += local.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(central).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...central, end]);
}

export const cc: ZipEntry = { name: 'tensorflow/libtensorflow_cc.so.2', data: Buffer.from('cc '.repeat(50_000)) };
export const framework: ZipEntry = {
  name: 'tensorflow/libtensorflow_framework.so.2',
  data: Buffer.from('framework'),
  stored: true,
};

/** Writes a wheel of these entries and pins its hash. */
export async function wheelOf(
  root: string,
  entries: readonly ZipEntry[] = [cc, framework],
): Promise<{ wheel: Wheel; wheelFile: string }> {
  const bytes = zip(entries);
  const wheelFile = join(root, 'tiny.whl');
  await writeFile(wheelFile, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const wheel: Wheel = { package: 'tensorflow-cpu', version: '1', pythonVersion: '3', platformTag: 'any', sha256 };
  return { wheel, wheelFile };
}
