import { anything, checkOptions, checkTexts, needed, oneOf, whole } from '@cloze/checks';
import type { NativeTokenizer } from '@cloze/tokenizer';
import { type Corpus, checkRowLength, corpusOver, freshManifest, type RowsOptions } from './corpus-over.ts';
import { memoryStore } from './shard-store.ts';
import { tellingText } from './telling-text.ts';

/** SHA-256 of texts, a tokenizer (its tokens, and how it cuts a telling text) and settings. */
async function identityOf(
  texts: readonly string[],
  tokenizer: NativeTokenizer,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '');
  const [encoding] = await tokenizer.encodeBatch([tellingText]);
  const cut = [encoding?.ids.join(), encoding?.special.join(), encoding?.wordNumbers.join()];
  const bytes = new TextEncoder().encode(JSON.stringify([texts, tokens, cut, settings]));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Texts as a corpus in memory: the rows and batches that `openCorpus` of `@cloze/datasets/node` makes of a file with the same documents.
 *
 * @param texts a document each
 * @throws {TypeError} for what are no texts {RangeError} for a row length that is none, and (when rows are made) for a tokenizer that cuts texts
 */
export async function textCorpus(texts: readonly string[], options: RowsOptions): Promise<Corpus> {
  checkOptions('textCorpus', options, {
    tokenizer: needed(anything),
    padId: needed(whole(0)),
    length: needed(whole(1)),
    words: oneOf(['jieba', 'tokenizer']),
    leaveOutEvery: whole(0),
    shardTokens: whole(1),
  });
  checkTexts('textCorpus', texts);
  const { tokenizer, padId: _, ...settings } = options;
  checkRowLength('textCorpus', settings.length);
  async function* documents(): AsyncGenerator<string> {
    for (const text of texts) if (text.trim() !== '') yield text;
  }
  const identity = await identityOf(texts, tokenizer, settings);
  const manifest = freshManifest(identity, options);
  return corpusOver('textCorpus', manifest, { store: memoryStore(), documents: documents() }, options);
}
