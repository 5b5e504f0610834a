import { anything, checkOptions, needed, text, whatIs } from '@cloze/checks';
import { decodeUtf8 } from './decode-utf8.ts';
import { readJson, readJsonLines } from './read-json.ts';
import { readParquet } from './read-parquet.ts';
import { readSeparated } from './read-separated.ts';
import { type Table, TableError } from './table.ts';

/** How a table is written; `text`: a document a line; `paragraphs`: documents with an empty line between. Both have one column, `text`. */
export type TableFormat = 'csv' | 'tsv' | 'jsonl' | 'json' | 'parquet' | 'text' | 'paragraphs';

const formats: readonly string[] = ['csv', 'tsv', 'jsonl', 'json', 'parquet', 'text', 'paragraphs'];

/** All of a stream in one piece. */
async function joined(input: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (input instanceof Uint8Array) return input;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of input) {
    pieces.push(piece);
    size += piece.length;
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

const textRows = (source: string, texts: readonly string[]): Table => ({
  source,
  columns: ['text'],
  rows: texts.map((text) => ({ text })),
});

/** Documents of a plain text: a line each, or what stands between empty lines. Only `\n` ends a line; empty ones are passed over. */
export function documentsOf(text: string, format: 'text' | 'paragraphs'): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (format === 'text') return lines.filter((line) => line.trim() !== '');
  const documents: string[] = [];
  let held: string[] = [];
  for (const line of [...lines, '']) {
    if (line.trim() !== '') held.push(line);
    else if (held.length > 0) {
      documents.push(held.join('\n'));
      held = [];
    }
  }
  return documents;
}

/**
 * A table from bytes: CSV, TSV, JSON lines, a JSON array, Parquet, plain text.
 *
 * A byte order mark is taken off. Rows are numbered from 1, the header not counted. Compressed files are for `openTable` of the `node` entry.
 *
 * @param options.name where it comes from, for messages; default `table`
 * @throws {TableError} naming everything that is wrong with it at once: bytes that are no UTF-8, ragged rows, quotes, equal headers, no rows
 */
export async function readTable(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  options: { readonly format: TableFormat; readonly name?: string },
): Promise<Table> {
  checkOptions('readTable', options, {
    format: needed(anything),
    name: text,
  });
  const { format, name = 'table' } = options;

  if (!(input instanceof Uint8Array) && !(typeof input === 'object' && input !== null && Symbol.asyncIterator in input))
    throw new TypeError(`readTable: expected bytes or a stream of them, got ${whatIs(input)}.`);
  if (!formats.includes(format))
    throw new RangeError(`readTable: format must be one of ${formats.join(', ')}, got '${format}'.`);
  const bytes = await joined(input);
  if (bytes.length === 0) throw new TableError(name, [{ row: 0, problem: 'the file is empty' }]);
  const table = format === 'parquet' ? await readParquet(bytes, name) : fromText(decodeUtf8(bytes, name), name, format);
  if (table.rows.length === 0) throw new TableError(name, [{ row: 0, problem: 'the file has no rows' }]);
  return table;
}

function fromText(text: string, name: string, format: Exclude<TableFormat, 'parquet'>): Table {
  switch (format) {
    case 'csv':
      return readSeparated(text, name, ',');
    case 'tsv':
      return readSeparated(text, name, '\t');
    case 'jsonl':
      return readJsonLines(text, name);
    case 'json':
      return readJson(text, name);
    case 'text':
    case 'paragraphs':
      return textRows(name, documentsOf(text, format));
  }
}
