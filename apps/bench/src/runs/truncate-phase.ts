import { existsSync } from 'node:fs';
import { writeWhole } from 'cloze/terminal';
import { readText } from './read-text.ts';

/** Drops lines of a phase after a step, and a torn last line: a resumed phase writes them again. */
export function truncatePhase(path: string, phase: string, step: number): void {
  if (!existsSync(path)) return;
  const kept = readText(path)
    .split('\n')
    .filter((line) => {
      try {
        const entry = JSON.parse(line) as { phase: string; step: number };
        return entry.phase !== phase || entry.step <= step;
      } catch {
        return false;
      }
    });
  writeWhole(path, kept.map((line) => `${line}\n`).join(''));
}
