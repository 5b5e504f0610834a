import { checkOptions } from '@cloze/checks';
import { readConfig } from '../source/read-config.ts';
import { tokenizerFilesIn } from '../source/tokenizer-files.ts';
import { fetchFolder, type HubOptions, hubRules } from './fetch-folder.ts';
import { folderSource } from './folder-source.ts';

/** The files of a model's tokenizer, and what the model's config says beside them. */
export interface TokenizerFolder {
  /** By name (`tokenizer.json`, `vocab.txt`, …), byte for byte. */
  readonly tokenizerFiles: Readonly<Record<string, Uint8Array>>;
  /** `config.json` as it is, unjudged; empty where a folder holds a tokenizer alone. */
  readonly file: Readonly<Record<string, unknown>>;
}

/**
 * The tokenizer's files of a folder or hub id; weights need not be there, and are not looked at.
 *
 * @throws {CheckpointError} for a name that is neither, and a config that is no JSON
 */
export async function loadTokenizerFiles(folderOrId: string, options: HubOptions = {}): Promise<TokenizerFolder> {
  checkOptions('loadTokenizerFiles', options, hubRules);
  const source = folderSource(await fetchFolder(folderOrId, options));
  const tokenizerFiles = await tokenizerFilesIn(source);
  const isAlone = !(await source.list()).some((name) => /config.*\.json$/.test(name) && !name.startsWith('tokenizer'));
  return { tokenizerFiles, file: isAlone ? {} : (await readConfig(source)).file };
}
