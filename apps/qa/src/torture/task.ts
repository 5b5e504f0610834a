import type { EngineName } from '@cloze/backend';
import { type EncoderConfig, encoderConfig } from '@cloze/encoder';
import { trainVocabulary } from '@cloze/tokenizer';
import { poems } from '../poems.ts';

/** A small pretraining run as plain data, prepared once and read by every life. */
export interface Task {
  readonly folder: string;
  readonly engine: EngineName;
  readonly seed: number;
  readonly steps: number;
  readonly saveSteps: number;
  readonly batch: number;
  readonly length: number;
  readonly tokens: readonly string[];
  readonly config: EncoderConfig;
  readonly texts: readonly string[];
}

/** Couplets of a few hundred Tang and Song poems, a vocabulary and a BERT of two layers. */
export function makeTask({ engine, seed, steps }: Pick<Task, 'engine' | 'seed' | 'steps'>): Omit<Task, 'folder'> {
  const couplets = poems(200).flatMap((poem) => poem.couplets);
  const vocabulary = trainVocabulary(couplets, { size: 1000 });
  const length = 20;
  return {
    engine,
    seed,
    steps,
    saveSteps: 2,
    batch: 8,
    length,
    tokens: vocabulary.tokens,
    config: encoderConfig({
      vocabularySize: vocabulary.tokens.length,
      width: 32,
      layers: 2,
      heads: 2,
      maximumLength: length,
    }),
    texts: couplets,
  };
}
