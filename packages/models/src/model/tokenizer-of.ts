import type { LoadedPretrained } from '@cloze/encoder';
import { type OpenTokenizer, type OpenTokenizerOptions, openTokenizer, tokenizerJsonOf } from '@cloze/tokenizer';

/** A checkpoint's files that say which tokenizer it has. */
type WithTokenizer = Pick<LoadedPretrained, 'tokenizerFiles' | 'file'> & Partial<Pick<LoadedPretrained, 'family'>>;

/** `config.json` as the tokenizer's files are read beside it; a model of ours alone has the rules of its family. */
const modelConfig = ({ file, family }: WithTokenizer): Readonly<Record<string, unknown>> =>
  file.model_type === undefined || file.model_type === 'cloze'
    ? { ...file, model_type: family ?? file.cloze_family }
    : file;

/** Opens the tokenizer of a checkpoint. @param name the folder or hub id, for messages @throws {Error} as `openTokenizer` */
export const tokenizerOf = (
  name: string,
  loaded: WithTokenizer,
  options: Omit<OpenTokenizerOptions, 'modelConfig'> = {},
): OpenTokenizer => openTokenizer(loaded.tokenizerFiles, name, { ...options, modelConfig: modelConfig(loaded) });

/** The `tokenizer.json` that a checkpoint's files mean together. @throws {Error} as `tokenizerJsonOf` */
export const tokenizerFileOf = (name: string, loaded: WithTokenizer): string =>
  tokenizerJsonOf(loaded.tokenizerFiles, name, { modelConfig: modelConfig(loaded) });
