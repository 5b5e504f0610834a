import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { benchmarkTasks, type ClueFile, type ClueProblem, checkSubmission, currentSubmissions } from '@cloze/datasets';
import { listProblems, readTaskFile, readUtf8 } from '@cloze/datasets/node';
import { zipSync } from 'fflate';

/** What is wrong with one file of predictions. @throws when no task has a file of that name */
function problemsOf(path: string, data: string): { readonly lines: number; readonly problems: readonly ClueProblem[] } {
  const file = basename(path);
  const problem = (reason: string) => ({ lines: 0, problems: [{ file, line: 0, reason }] });
  const task = benchmarkTasks.find(({ submissions }) => submissions.some((submission) => submission.file === file));
  if (task === undefined) {
    const names = benchmarkTasks.flatMap(({ submissions }) => submissions.map((submission) => submission.file));
    return problem(`no task is handed in under this name, only ${names.join(', ')}`);
  }
  if (!existsSync(path)) return problem(`${path} is not there`);
  const { test } = task.submissions.find((submission) => submission.file === file) as { readonly test: string };
  if (!existsSync(join(data, task.folder, test)))
    return problem(`${join(data, task.folder, test)}, the test file it answers, is not there`);
  const read = readTaskFile(task, data, task.files.find(({ name }) => name === test) as ClueFile);
  let text: string;
  try {
    text = readUtf8(path);
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error));
  }
  const found = checkSubmission(task, { name: file, text }, read);
  return { lines: read.lines, problems: [...read.problems, ...found] };
}

/** Names of the files that the current test sets are answered in. */
const currentNames = new Set(benchmarkTasks.flatMap((task) => currentSubmissions(task).map(({ file }) => file)));

/** Files, and of folders every file in them that answers a current test set. @throws for a folder without any */
function filesAt(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
    const inside = readdirSync(path, { recursive: true, encoding: 'utf8' });
    const found = inside.filter((name) => currentNames.has(basename(name))).sort();
    if (found.length === 0) throw new Error(`${path} has no file of predictions, such as ${[...currentNames][0]}.`);
    return found.map((name) => join(path, name));
  });
}

/** Checks files of predictions and packs them, if all are right; nothing is written otherwise. */
export async function submitCommand(
  given: readonly string[],
  { data, out, json }: { readonly data: string; readonly out?: string; readonly json: boolean },
): Promise<void> {
  const paths = filesAt(given);
  const problems: ClueProblem[] = [];
  const seen = new Set<string>();
  // GLUE's archive has no name of its own.
  const clue = paths.some((path) => !path.endsWith('.tsv'));
  if (out !== undefined && clue && !/^submit_[^_]+_[^_]+\.zip$/.test(basename(out)))
    throw new Error(`--out is ${out}; CLUE asks for submit_TEAM_DATE.zip.`);
  for (const path of paths) {
    const file = basename(path);
    const found = seen.has(file)
      ? { lines: 0, problems: [{ file, line: 0, reason: 'the file is given twice' }] }
      : problemsOf(path, data);
    seen.add(file);
    for (const problem of found.problems) problems.push(problem);
    if (json) {
      process.stdout.write(
        `${JSON.stringify({ kind: 'file', file, lines: found.lines, problems: found.problems.length })}\n`,
      );
      for (const problem of found.problems)
        process.stdout.write(`${JSON.stringify({ kind: 'problem', ...problem })}\n`);
    } else if (found.problems.length === 0) process.stdout.write(`${file}: ${found.lines} lines, right\n`);
  }
  if (problems.length > 0)
    throw new Error(`nothing was packed, problems: ${problems.length}.\n${listProblems(problems)}`);
  if (out === undefined) return;
  writeFileSync(
    `${out}.tmp`,
    zipSync(Object.fromEntries(paths.map((path) => [basename(path), new Uint8Array(readFileSync(path))]))),
  );
  await rename(`${out}.tmp`, out);
  process.stderr.write(`${out}: ${paths.length} files\n`);
}
