import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Poem, readPoetry } from '@cloze/datasets/node';

/** Poems of the npm package `chinese-poetry`, at most so many of each dynasty. */
export function poems(perDynasty: number): Poem[] {
  const folder = dirname(createRequire(import.meta.url).resolve('chinese-poetry/package.json'));
  return readPoetry(join(folder, 'dist'), { perDynasty });
}
