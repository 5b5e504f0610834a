import type { LoadedModel } from '../model/loaded-model.ts';
import { tokenizerFileOf } from '../model/tokenizer-of.ts';

/** Classes that say nothing of segments: whoever reads only the class would give a pair one segment. */
const silent: ReadonlySet<unknown> = new Set([
  undefined,
  'PreTrainedTokenizer',
  'PreTrainedTokenizerFast',
  'TokenizersBackend',
]);

/** What `tokenizer_config.json` calls the special tokens. */
const roles = [
  ['pad', 'pad_token'],
  ['unknown', 'unk_token'],
  ['classify', 'cls_token'],
  ['separate', 'sep_token'],
  ['mask', 'mask_token'],
] as const;

/** What a file of JSON holds; nothing where it is missing. */
const read = (bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> =>
  bytes ? JSON.parse(new TextDecoder().decode(bytes)) : {};

/**
 * The two files of a tokenizer that transformers.js reads, which knows no class's defaults: `tokenizer.json`, and a `tokenizer_config.json` that
 * names the special tokens, the longest row, and a class that tells segments apart where the model asks for them.
 */
export function tokenizerForReaders(
  model: Pick<LoadedModel, 'name' | 'loaded' | 'special' | 'tokenizer' | 'maximumLength'>,
  asksForSegments: boolean,
): Readonly<Record<string, Uint8Array>> {
  const { name, loaded, special, tokenizer, maximumLength } = model;
  const { tokenizerFiles } = loaded;
  const own = read(tokenizerFiles['tokenizer_config.json']);
  const named = roles.flatMap(([role, key]) => {
    const id = special[role];
    return id === undefined ? [] : [[key, tokenizer.tokenOf(id)]];
  });
  const config = {
    model_max_length: maximumLength,
    ...Object.fromEntries(named),
    ...own,
    ...(silent.has(own.tokenizer_class) && {
      tokenizer_class: asksForSegments ? 'BertTokenizer' : 'PreTrainedTokenizerFast',
    }),
  };
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    ...tokenizerFiles,
    'tokenizer.json': tokenizerFiles['tokenizer.json'] ?? bytes(tokenizerFileOf(name, loaded)),
    'tokenizer_config.json': bytes(`${JSON.stringify(config, null, 2)}\n`),
  };
}
