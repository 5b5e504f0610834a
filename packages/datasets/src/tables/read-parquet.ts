import { parquetReadObjects } from 'hyparquet';
import { type Table, TableError } from './table.ts';

/** A 64-bit integer as a number, or in decimal where a number would be another integer. */
const exact = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value));

/** Parquet by hyparquet, uncompressed or Snappy; 64-bit integers become numbers, those beyond 2⁵³ texts. @throws {TableError} for a file that cannot be read */
export async function readParquet(bytes: Uint8Array, source: string): Promise<Table> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  try {
    const rows = await parquetReadObjects({ file: file as ArrayBuffer });
    const plain = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'bigint' ? exact(value) : (value as unknown),
        ]),
      ),
    );
    return { source, columns: Object.keys(plain[0] ?? {}), rows: plain };
  } catch (error) {
    throw new TableError(source, [
      { row: 0, problem: `is no Parquet that can be read: ${error instanceof Error ? error.message : String(error)}` },
    ]);
  }
}
