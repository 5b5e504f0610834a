import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { besideTransformers, type Lesson, type Sides } from './beside-transformers.ts';

/** Both sides of a lesson, kept in a folder under a name: what is there of the same lesson is not learnt again. @param folder none keeps nothing */
export async function keptSides(
  name: string,
  lesson: Lesson,
  { folder, ...where }: { readonly folder: string | undefined; readonly data: string; readonly python: string },
): Promise<Sides> {
  if (folder === undefined) return besideTransformers(lesson, where);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const identity = JSON.stringify({ ...lesson, benchmark: lesson.benchmark.name });
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { readonly identity: string; readonly sides: Sides };
    if (kept.identity === identity) return kept.sides;
  }
  const sides = await besideTransformers(lesson, where);
  writeFileSync(file, JSON.stringify({ identity, sides }));
  return sides;
}
