import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One poem of the corpus. */
export interface Poem {
  readonly author: string;
  readonly title: string;
  readonly dynasty: 'tang' | 'song';
  /** Couplets as printed, punctuation included. */
  readonly couplets: readonly string[];
}

/** Where a poem belongs: by author, so that no author is in two splits. */
export type Split = 'train' | 'valid' | 'test';

/** The split of an author: 90 % train, 5 % valid, 5 % test, by hash, the same everywhere. */
export function splitOf(author: string): Split {
  const share = createHash('sha256').update(author).digest().readUInt32BE(0) / 2 ** 32;
  return share < 0.9 ? 'train' : share < 0.95 ? 'valid' : 'test';
}

const clean = (line: string): string => line.replace(/（[^）]*）|\([^)]*\)|[\s《》「」『』〖〗{}[\]]/g, '');

/**
 * Tang and Song poems of the npm package `chinese-poetry`, all in traditional characters, without duplicates.
 *
 * @param folder the package's `dist` @param perDynasty upper bound for each dynasty
 * @throws naming the folder when no poem is found
 */
export function readPoetry(folder: string, { perDynasty }: { readonly perDynasty: number }): Poem[] {
  const seen = new Set<string>();
  const poems: Poem[] = [];
  const files = readdirSync(join(folder, 'quantangshi')).sort(
    (a, b) => Number(a.split('.')[2]) - Number(b.split('.')[2]),
  );
  for (const dynasty of ['tang', 'song'] as const) {
    let taken = 0;
    for (const file of files.filter((name) => name.startsWith(`poet.${dynasty}.`))) {
      const entries = JSON.parse(readFileSync(join(folder, 'quantangshi', file), 'utf8')) as {
        author: string;
        title: string;
        paragraphs: string[];
      }[];
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
