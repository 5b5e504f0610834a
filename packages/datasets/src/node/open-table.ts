import { anything, checkOptions } from '@cloze/checks';
import { readTable, type TableFormat } from '../tables/read-table.ts';
import { type Table, TableError, type TableProblem } from '../tables/table.ts';
import { expandPaths } from './expand-paths.ts';
import { readBytes } from './read-bytes.ts';

const byEnding: Readonly<Record<string, TableFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  parquet: 'parquet',
  txt: 'text',
};

const spreadsheet = 'a spreadsheet, which is not read; save its sheet as CSV in UTF-8, and give that file';
const packedAway = 'an archive; unpack it, and give the files in it';
/** What is often tried, and what to do about it. */
const otherFiles: Readonly<Record<string, string>> = {
  ...{ xls: spreadsheet, xlsx: spreadsheet, xlsm: spreadsheet, xlsb: spreadsheet, ods: spreadsheet },
  ...{ zip: packedAway, tar: packedAway, tgz: packedAway, '7z': packedAway, rar: packedAway },
  ...Object.fromEntries(
    ['bz2', 'xz', 'zst'].map((ending) => [ending, `packed in a way that is not read; unpack it, or pack it as .gz`]),
  ),
  ...Object.fromEntries(
    ['arrow', 'feather', 'pkl', 'pickle', 'npy', 'h5'].map((ending) => [
      ending,
      `a ${ending} file, which is not read; save the table as Parquet, CSV or JSON lines`,
    ]),
  ),
  ...Object.fromEntries(
    ['doc', 'docx', 'pdf', 'html', 'htm'].map((ending) => [
      ending,
      'a document, not a table; save its text as .txt, a text a line',
    ]),
  ),
};

/** The format that a file's name tells, `.gz` aside. @throws {TableError} when it tells none */
export function formatOf(file: string): TableFormat {
  const ending = /\.([^.\\/]+)$/.exec(file.replace(/\.gz$/, ''))?.[1]?.toLowerCase() ?? '';
  const format = byEnding[ending];
  const other = otherFiles[ending];
  if (other !== undefined) throw new TableError(file, [{ row: 0, problem: `is ${other}` }]);
  if (!format)
    throw new TableError(file, [
      {
        row: 0,
        problem: `its name tells no format; say which, or end it in ${Object.keys(byEnding).join(', ')}, each .gz or not`,
      },
    ]);
  return format;
}

/**
 * A table from a file, or from several of the same columns: paths and globs, `.gz` or not.
 *
 * @param options.format default what the name tells
 * @throws {TableError} naming file, row and column of everything that is wrong
 */
export async function openTable(
  paths: string | readonly string[],
  options: { readonly format?: TableFormat } = {},
): Promise<Table> {
  checkOptions('openTable', options, {
    format: anything,
  });
  const { format } = options;

  const tables: Table[] = [];
  for (const file of expandPaths(paths))
    tables.push(await readTable(readBytes(file), { format: format ?? formatOf(file), name: file }));
  const [first, ...others] = tables as [Table, ...Table[]];
  if (others.length === 0) return first;
  const problems = others.flatMap(({ source, columns }): TableProblem[] => {
    const lacking = first.columns.filter((column) => !columns.includes(column));
    return lacking.length === 0
      ? []
      : [{ row: 0, problem: `${source} lacks the columns ${lacking.join(', ')} of ${first.source}` }];
  });
  if (problems.length > 0) throw new TableError(first.source, problems);
  return {
    source: `${first.source} and ${others.length} more`,
    columns: first.columns,
    rows: tables.flatMap(({ rows }) => rows),
  };
}
