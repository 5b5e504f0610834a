import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What lies in a run's folder while it runs, or tells how it went, and is no part of its record. */
const passing =
  /^(manifest\.json|begun\.json|failure\.json|log\.txt|lease|lock-.*\.json|checkpoints-.*|.*\.partial|\..*)$/;

/** Files of a record that every run has. */
export const everyRunHas = ['spec.json', 'steps.jsonl', 'predictions.jsonl', 'scores.json'] as const;

/** All files of a record but its manifest, as paths below its folder: an encoder that the run made among them. */
export function recordFiles(folder: string): string[] {
  const below = (path: string): string[] =>
    readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
      const name = path === '' ? entry.name : `${path}/${entry.name}`;
      if (path === '' && passing.test(entry.name)) return [];
      return entry.isDirectory() ? below(name) : [name];
    });
  return below('').sort();
}
