import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { anything, checkOptions, either, needed, oneOf, text, whole } from '@cloze/checks';
import {
  type Corpus,
  checkRowLength,
  corpusOver,
  defaultShardTokens,
  freshManifest,
  type RowsOptions,
} from '../corpus/corpus-over.ts';
import type { TableFormat } from '../tables/read-table.ts';
import { TableError } from '../tables/table.ts';
import { folderStore, readManifest, writeManifest } from './corpus-files.ts';
import { corpusIdentity } from './corpus-identity.ts';
import { expandPaths } from './expand-paths.ts';
import { streamTexts } from './stream-texts.ts';

/** How a corpus is cut and where it lies. */
export interface CorpusOptions extends RowsOptions {
  /** Where the shards go; only this corpus's. */
  readonly folder: string;
  /** Default what each file's name tells. */
  readonly format?: TableFormat;
  /** Column of tables that holds the text, default `text`. */
  readonly column?: string;
  /** Another corpus in the folder: `refuse` it, or make it `anew`. Default `refuse`. */
  readonly otherwise?: 'refuse' | 'anew';
}

/**
 * Opens text files as a corpus: tokenised once into shards on disk, while the first batches are read already.
 *
 * Shards are made as they are asked for, a window ahead of what is read; `complete` asks for all. An id takes 2 bytes (2½ above 65,536 tokens), a row 2 more, a word boundary a bit. Shards are written whole; an interrupted making goes on behind
 * the last. Memory holds a shard's tokens while it is made, and row lengths of the shards that are read: no row, however large the files.
 *
 * @param paths paths and globs, `.gz` or not
 * @throws {TableError} for files that are not there or empty, and for another corpus in the folder
 * @throws {RangeError} (when rows are made) for a tokenizer that cuts texts
 */
export async function openCorpus(paths: string | readonly string[], options: CorpusOptions): Promise<Corpus> {
  checkOptions('openCorpus', options, {
    tokenizer: needed(anything),
    padId: needed(whole(0)),
    length: needed(whole(1)),
    folder: needed(text),
    format: anything,
    column: text,
    words: oneOf(['jieba', 'tokenizer']),
    leaveOutEvery: whole(0),
    shardTokens: whole(1),
    otherwise: oneOf(['refuse', 'anew']),
  });

  const { tokenizer, length, folder, format, column, words = 'none', leaveOutEvery, otherwise } = options;
  const { shardTokens = defaultShardTokens } = options;
  checkRowLength('openCorpus', length);
  const files = expandPaths(paths);
  const settings = { length, format, column, words, leaveOutEvery, shardTokens, version: 1 };
  const identity = await corpusIdentity(files, tokenizer, settings);
  let manifest = freshManifest(identity, options);
  const there = readManifest(folder);
  if (there && there.identity !== identity) {
    if (otherwise !== 'anew')
      throw new TableError(folder, [
        {
          row: 0,
          problem:
            'holds a corpus of other files, another tokenizer or other settings; give another folder, or remove it',
        },
      ]);
    for (const name of readdirSync(folder))
      if (/^(\d{5}\.shard|corpus\.json)(\.partial)?$/.test(name)) rmSync(join(folder, name));
  } else if (there) manifest = there;
  if (!existsSync(join(folder, 'corpus.json'))) writeManifest(folder, manifest);

  const documents = streamTexts(files, { ...(format && { format }), ...(column !== undefined && { column }) });
  return corpusOver('openCorpus', manifest, { store: folderStore(folder), documents }, options);
}

/** Documents that a corpus with the same `leaveOutEvery` leaves out, up to `most`. */
export async function* heldOutTexts(
  paths: string | readonly string[],
  asked: { readonly every: number; readonly most?: number; readonly format?: TableFormat; readonly column?: string },
): AsyncGenerator<string> {
  checkOptions('heldOutTexts', asked, {
    every: needed(whole(1)),
    most: either(whole(0), oneOf([Number.POSITIVE_INFINITY])),
    format: anything,
    column: text,
  });
  const { every, most = Number.POSITIVE_INFINITY, ...options } = asked;

  let number = 0;
  let given = 0;
  for await (const text of streamTexts(paths, options)) {
    if (++number % every !== 0) continue;
    yield text;
    if (++given >= most) return;
  }
}
