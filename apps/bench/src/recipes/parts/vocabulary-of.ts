import { type Vocabulary, vocabularyFrom } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import { loadEncoder } from './start-encoder.ts';

/** The vocabulary of the run's `--encoder`; undefined without one. */
export const vocabularyOf = async (lab: Lab): Promise<Vocabulary | undefined> =>
  lab.encoder === undefined ? undefined : vocabularyFrom((await loadEncoder(lab.encoder, lab.seed)).tokens);
