import type { HostTensor } from '@cloze/backend';
import {
  type EncoderConfig,
  type EncoderParameters,
  encoderConfig,
  type FamilyName,
  initialParameters,
} from '@cloze/encoder';
import { loadPretrained, savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { type NativeTokenizer, nativeTokenizer, openTokenizer, tokenizerJson, type Vocabulary } from '@cloze/tokenizer';

/** Ids every recipe needs. */
export interface Special {
  readonly pad: number;
  readonly separate: number;
  readonly mask: number;
}

/** An encoder that a run begins from, or made. */
export interface StartEncoder {
  /** Where it came from, for the record. */
  readonly about: string;
  readonly family: FamilyName;
  readonly config: EncoderConfig;
  readonly parameters: EncoderParameters<HostTensor>;
  readonly special: Special;
  /** A token an id. */
  readonly tokens: readonly string[];
  /** Files of its tokenizer by name. */
  readonly tokenizerFiles: Readonly<Record<string, Uint8Array>>;
  /** Its tokenizer, cutting at a length. */
  tokenizer(maximumLength: number): NativeTokenizer;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** An encoder of these weights over a vocabulary. */
export function encoderOver(
  vocabulary: Vocabulary,
  {
    family,
    config,
    parameters,
    about,
  }: Pick<StartEncoder, 'family' | 'config' | 'parameters'> & { readonly about: string },
): StartEncoder {
  const json = tokenizerJson(vocabulary);
  return {
    about,
    family,
    config,
    parameters,
    special: vocabulary.special,
    tokens: vocabulary.tokens,
    tokenizerFiles: {
      'tokenizer.json': bytes(json),
      'vocab.txt': bytes(vocabulary.tokens.map((token) => `${token}\n`).join('')),
      'tokenizer_config.json': bytes('{"do_lower_case":true,"tokenizer_class":"BertTokenizer"}\n'),
    },
    tokenizer: (maximumLength) => nativeTokenizer(json, { maximumLength, onInvalid: 'replace' }),
  };
}

/** Fresh weights over a vocabulary. */
export function freshEncoder(
  vocabulary: Vocabulary,
  sizes: Omit<Parameters<typeof encoderConfig>[0], 'vocabularySize'>,
  { family = 'bert', seed }: { readonly family?: FamilyName; readonly seed: number },
): StartEncoder {
  const config = encoderConfig({ ...sizes, vocabularySize: vocabulary.tokens.length });
  return encoderOver(vocabulary, {
    family,
    config,
    parameters: initialParameters(config, streamFrom(seed).fork('weights')),
    about: 'fresh weights',
  });
}

/** Opens a checkpoint in Hugging Face's layout. @throws for one without a mask token or separator */
export async function loadEncoder(folderOrHubId: string, seed: number): Promise<StartEncoder> {
  const { config, parameters, family, tokenizerFiles } = await loadPretrained(folderOrHubId, {
    fill: streamFrom(seed).fork('missing weights'),
  });
  const longest = config.maximumLength - config.positionOffset;
  const { tokenizer, special } = openTokenizer(tokenizerFiles, folderOrHubId, { maximumLength: longest });
  const { pad, separate, mask } = special;
  if (pad === undefined || separate === undefined || mask === undefined)
    throw new Error(`${folderOrHubId}: its tokenizer must have pad, separator and mask tokens.`);
  return {
    about: folderOrHubId,
    family,
    config,
    parameters,
    special: { pad, separate, mask },
    tokens: Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '[UNK]'),
    tokenizerFiles,
    tokenizer: (maximumLength) =>
      openTokenizer(tokenizerFiles, folderOrHubId, { maximumLength: Math.min(longest, maximumLength) }).tokenizer,
  };
}

/** Saves it so that `loadEncoder`, and transformers, open it. */
export function saveEncoder(
  folder: string,
  { config, parameters, tokenizerFiles, family }: StartEncoder,
): Promise<void> {
  return savePretrained(folder, { config, parameters, tokenizerFiles, family });
}
