import { encoderConfig, type FamilyName, initialParameters } from '@cloze/encoder';
import { savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { tokenizerJson, vocabularyFrom } from '@cloze/tokenizer';
import { vocabularySize } from './work.ts';

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** Ideographs that a random checkpoint's vocabulary has, one token each. */
export const ideographs = 20_000;

/** The ideograph of a number from 0 to `ideographs` − 1. */
export const ideograph = (number: number): string => String.fromCodePoint(0x4e00 + number);

/** Saves an encoder of random weights as a checkpoint folder whose vocabulary is ideographs. */
export async function saveRandomCheckpoint(
  folder: string,
  { layers, width, family = 'bert' }: { readonly layers: number; readonly width: number; readonly family?: FamilyName },
): Promise<void> {
  const named = [...special, ...Array.from({ length: ideographs }, (_, i) => ideograph(i))];
  const unused = Array.from({ length: vocabularySize - named.length }, (_, i) => `[unused${i}]`);
  const tokens = [...named, ...unused];
  const config = encoderConfig({ vocabularySize, width, layers });
  await savePretrained(folder, {
    ...{ config, family, file: {} },
    parameters: initialParameters(config, streamFrom(1)),
    tokenizerFiles: {
      'tokenizer.json': new TextEncoder().encode(tokenizerJson(vocabularyFrom(tokens))),
      // Transformers' tokenizer class takes its special tokens from these files.
      'vocab.txt': new TextEncoder().encode(`${tokens.join('\n')}\n`),
      'tokenizer_config.json': new TextEncoder().encode(JSON.stringify({ tokenizer_class: 'BertTokenizer' })),
    },
  });
}
