import { anything, checkOptions, flag, text } from '@cloze/checks';
import { disguiseOf } from '../tables/disguise-of.ts';
import { parseJson } from '../tables/parse-json.ts';
import { readTable, type TableFormat } from '../tables/read-table.ts';
import { cellText, selectColumns } from '../tables/select-columns.ts';
import { TableError } from '../tables/table.ts';
import { lineSplitter } from '../text/line-splitter.ts';
import { expandPaths } from './expand-paths.ts';
import { formatOf } from './open-table.ts';
import { readBytes } from './read-bytes.ts';

/**
 * The lines of a text file, plain or `.gz`, without empty ones; memory holds a piece of the file, however large that is.
 *
 * Only `\n` ends a line: texts may hold U+2028 and others that Node's readline would cut at. A byte order mark is taken off.
 *
 * @param options.empty gives empty lines too, default false
 * @throws {TableError} naming file and line that is no UTF-8, longer than 2²⁶ characters, or ended by a carriage return alone, and a `.gz` that is torn or unpacks to what is no text
 */
export async function* streamLines(file: string, options: { readonly empty?: boolean } = {}): AsyncGenerator<string> {
  checkOptions('streamLines', options, { empty: flag });
  const { empty = false } = options;

  const decoder = new TextDecoder('utf-8', { fatal: true });
  const splitter = lineSplitter();
  let line = 1;
  const linesOf = (text: string, isLast = false): string[] => {
    try {
      return isLast ? [...splitter.push(text), splitter.end()] : splitter.push(text);
    } catch (error) {
      throw new TableError(file, [{ row: 0, problem: `line ${line} ${(error as Error).message}` }]);
    }
  };
  const decode = (piece?: Uint8Array): string => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined });
    } catch {
      throw new TableError(file, [
        { row: 0, problem: `line ${line} or one soon after is no UTF-8; save the file as UTF-8` },
      ]);
    }
  };
  const plain = (text: string) => (text.endsWith('\r') ? text.slice(0, -1) : text);
  let isFirst = true;
  for await (const piece of readBytes(file)) {
    const disguise = isFirst ? disguiseOf(piece) : undefined;
    if (disguise !== undefined) throw new TableError(file, [{ row: 0, problem: disguise }]);
    isFirst = false;
    const lines = linesOf(decode(piece));
    line += lines.length;
    for (const one of lines) if (empty || one !== '') yield plain(one);
  }
  for (const one of linesOf(decode(), true)) if (one !== '') yield plain(one);
}

async function* paragraphs(file: string): AsyncGenerator<string> {
  let held: string[] = [];
  for await (const line of streamLines(file, { empty: true })) {
    if (line.trim() !== '') held.push(line);
    else if (held.length > 0) {
      yield held.join('\n');
      held = [];
    }
  }
  if (held.length > 0) yield held.join('\n');
}

async function* jsonTexts(file: string, column: string): AsyncGenerator<string> {
  let row = 0;
  for await (const line of streamLines(file)) {
    if (line.trim() === '') continue;
    row++;
    let value: unknown;
    try {
      value = parseJson(line);
    } catch (error) {
      throw new TableError(file, [{ row, problem: `is no JSON: ${(error as Error).message}` }]);
    }
    const text = cellText((value as Record<string, unknown> | null)?.[column]);
    if (text === undefined) throw new TableError(file, [{ row, column, problem: 'no text' }]);
    if (text.trim() !== '') yield text;
  }
}

/**
 * The documents of files one by one: plain text and JSON lines as a stream of any size, other formats a file at a time.
 *
 * @param paths paths and globs, `.gz` or not @param options.format default what the name tells @param options.column of tables, default `text`
 * @throws {TableError} naming file, row and column of what cannot be read
 */
export async function* streamTexts(
  paths: string | readonly string[],
  options: { readonly format?: TableFormat; readonly column?: string } = {},
): AsyncGenerator<string> {
  checkOptions('streamTexts', options, {
    format: anything,
    column: text,
  });
  const { format, column = 'text' } = options;

  for (const file of expandPaths(paths)) {
    const own = format ?? formatOf(file);
    if (own === 'text') {
      for await (const line of streamLines(file)) if (line.trim() !== '') yield line;
    } else if (own === 'paragraphs') yield* paragraphs(file);
    else if (own === 'jsonl') yield* jsonTexts(file, column);
    else {
      const table = await readTable(readBytes(file), { format: own, name: file });
      for (const text of selectColumns(table, { text: column }).texts) if (text.trim() !== '') yield text;
    }
  }
}
