import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Poem, readPoetry } from '@cloze/datasets/node';

/** Poems of the npm package, for runs without a data folder. @param perDynasty at most, default all */
export function readPoems(perDynasty?: number): Poem[] {
  const folder = dirname(createRequire(import.meta.url).resolve('chinese-poetry/package.json'));
  return readPoetry(join(folder, 'dist'), perDynasty === undefined ? {} : { perDynasty });
}
