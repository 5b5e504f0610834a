import { address, checkOptions, flag, text } from '@cloze/checks';
import { type HubOptions, loadTokenizerFiles } from '@cloze/encoder/node';
import type { OpenTokenizer } from '@cloze/tokenizer';
import { tokenizerOf } from '../model/tokenizer-of.ts';

/**
 * Opens the tokenizer of a folder or hub id, with what its `config.json` says of it; the weights need not be there.
 *
 * @throws {CheckpointError} for a name that is neither {Error} as `openTokenizer`
 */
export async function loadTokenizer(folderOrHubId: string, options: HubOptions = {}): Promise<OpenTokenizer> {
  checkOptions('loadTokenizer', options, {
    hubUrl: address,
    revision: text,
    cacheFolder: text,
    accessToken: text,
    offline: flag,
  });
  return tokenizerOf(folderOrHubId, await loadTokenizerFiles(folderOrHubId, options));
}
