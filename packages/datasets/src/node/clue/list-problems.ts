import type { ClueProblem } from '../../index.ts';

/** Problems for people, `file:line: reason` each; after the first twenty their number. Line 0 is the whole file. */
export function listProblems(problems: readonly ClueProblem[], most = 20): string {
  const lines = problems
    .slice(0, most)
    .map(({ file, line, reason }) => `  ${file}${line > 0 ? `:${line}` : ''}: ${reason}`);
  if (problems.length > most) lines.push(`  and ${problems.length - most} more; --json names all`);
  return lines.join('\n');
}
