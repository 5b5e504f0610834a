import { trainVocabulary } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import { readPoems } from './read-poems.ts';
import { freshEncoder, loadEncoder, type StartEncoder } from './start-encoder.ts';

/** The encoder a run begins from: `--encoder`, or, to try a recipe out, fresh weights over the characters of poems. */
export async function openStart(lab: Lab): Promise<StartEncoder> {
  if (lab.encoder !== undefined) return loadEncoder(lab.encoder, lab.seed);
  const texts = readPoems(150).map(({ couplets }) => couplets.join(''));
  return freshEncoder(
    trainVocabulary(texts, { size: 500 }),
    { layers: 1, width: 16, heads: 2, maximumLength: 128 },
    { seed: lab.seed },
  );
}
