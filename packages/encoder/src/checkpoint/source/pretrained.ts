import type { HostTensor } from '@cloze/backend';
import type { EncoderConfig } from '../../config/encoder-config.ts';
import type { FamilyName } from '../../families/families.ts';
import type { EncoderParameters } from '../../parameters/parameter-tree.ts';
import type { CheckpointExtras } from '../convert/checkpoint-extras.ts';
import type { FineTunedHead } from '../fine-tuned-head.ts';
import type { SentenceSettings } from './sentence-settings.ts';

/** A model and everything its folder says of it. */
export interface Pretrained extends CheckpointExtras {
  readonly config: EncoderConfig;
  readonly parameters: EncoderParameters<HostTensor>;
  readonly family: FamilyName;
  /** What the classifier or span head is for, and the names of its classes. */
  readonly head?: FineTunedHead;
  /** `config.json` as it was: keys we do not know survive a save. */
  readonly file: Readonly<Record<string, unknown>>;
  /** What sentence-transformers' files say of a sentence vector; absent where there are none. */
  readonly sentence?: SentenceSettings;
  /** Files that a save keeps as they are, by path: those of sentence-transformers. */
  readonly otherFiles?: Readonly<Record<string, Uint8Array>>;
  /** Files of the tokenizer, by name (`tokenizer.json`, `vocab.txt`, …), byte for byte. */
  readonly tokenizerFiles: Readonly<Record<string, Uint8Array>>;
}

/** Names of the files a tokenizer may have. */
export const tokenizerFileNames = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
  'spm.model',
  'spiece.model',
  'sentencepiece.bpe.model',
] as const;
