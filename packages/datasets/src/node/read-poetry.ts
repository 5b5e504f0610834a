import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOptions, whole } from '@cloze/checks';

/** One poem of the corpus. */
export interface Poem {
  readonly author: string;
  readonly title: string;
  readonly dynasty: 'tang' | 'song';
  /** Couplets as printed, punctuation included. */
  readonly couplets: readonly string[];
}

const clean = (line: string): string => line.replace(/（[^）]*）|\([^)]*\)|[\s《》「」『』〖〗{}[\]]/g, '');

interface Entry {
  readonly author: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
}

function readEntries(path: string): readonly Entry[] {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))) as Entry[];
  } catch (error) {
    throw new Error(
      `${path} cannot be read (${error instanceof Error ? error.message : error}); reinstall the package chinese-poetry.`,
    );
  }
}

/**
 * Tang and Song poems of the npm package `chinese-poetry`, all in traditional characters, without duplicates.
 *
 * @param folder the package's `dist` @param options.perDynasty upper bound for each dynasty, a whole number from 1; default all of them
 * @throws {Error} naming the folder when no poem is found, or the file that is not as expected
 */
export function readPoetry(folder: string, options: { readonly perDynasty?: number } = {}): Poem[] {
  checkOptions('readPoetry', options, { perDynasty: whole(1) });
  const { perDynasty = Number.POSITIVE_INFINITY } = options;

  const seen = new Set<string>();
  const poems: Poem[] = [];
  const shelf = join(folder, 'quantangshi');
  const files = (existsSync(shelf) ? readdirSync(shelf) : []).sort(
    (a, b) => Number(a.split('.')[2]) - Number(b.split('.')[2]),
  );
  for (const dynasty of ['tang', 'song'] as const) {
    let taken = 0;
    for (const file of files.filter((name) => name.startsWith(`poet.${dynasty}.`))) {
      const entries = readEntries(join(shelf, file));
      for (const { author, title, paragraphs } of entries) {
        const couplets = paragraphs.map(clean).filter((line) => line.length >= 4 && !/[□○]/.test(line));
        const text = couplets.join('');
        if (taken >= perDynasty || couplets.length < 2 || seen.has(text)) continue;
        seen.add(text);
        poems.push({ author, title, dynasty, couplets });
        taken++;
      }
      if (taken >= perDynasty) break;
    }
  }
  if (poems.length === 0) throw new Error(`${folder} holds no poems; reinstall the package chinese-poetry.`);
  return poems;
}
