import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readMinimalPairs } from '@cloze/datasets';
import { expandPaths, listProblems, readRowsFile } from '@cloze/datasets/node';
import type { PairOfTexts } from '@cloze/models';

/** Files of a path: of a folder all `.jsonl` below it. */
const filesOf = (path: string) =>
  expandPaths(existsSync(path) && statSync(path).isDirectory() ? join(path, '**', '*.jsonl') : path);

/**
 * Minimal pairs of files of BLiMP, ZhoBLiMP or CLiMP, of globs and of folders.
 *
 * @param most of each paradigm only so many, from the first on
 * @throws {Error} naming every line of every file that is no pair
 */
export function minimalPairFiles(paths: readonly string[], most = Number.POSITIVE_INFINITY): readonly PairOfTexts[] {
  const files = [...new Set(paths.flatMap(filesOf))].map((file) => readRowsFile(file, file, readMinimalPairs));
  const problems = files.flatMap((file) => file.problems);
  if (problems.length > 0)
    throw new Error(
      `lines that are no minimal pair: ${problems.length}; mend or remove them.\n${listProblems(problems)}`,
    );
  const taken = new Map<string, number>();
  return files.flatMap(({ file, rows }) =>
    rows.flatMap(({ line, good, bad, paradigm, phenomenon }) => {
      const before = taken.get(paradigm) ?? 0;
      taken.set(paradigm, before + 1);
      return before < most ? [{ file, line, good, bad, paradigm, group: phenomenon }] : [];
    }),
  );
}
