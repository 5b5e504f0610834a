import { candidateIds, neighbourTable } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { padEncodings } from '@cloze/tokenizer';
import type { Corpus } from './open-corpus.ts';

/** Token vectors from the neighbours of tokens in the corpus, and the ids frequent enough to trust them: what similar words are looked up in. */
export function tokenTableOf(
  { train, vocabulary }: Corpus,
  width = 32,
): { readonly table: Float32Array; readonly width: number; readonly ids: Int32Array } {
  const size = vocabulary.tokens.length;
  const counts = new Float64Array(size);
  for (const { ids } of train) for (const id of ids) counts[id] = (counts[id] as number) + 1;
  const batches = [padEncodings(train, { padId: vocabulary.special.pad })];
  const table = neighbourTable(batches, size, streamFrom(1).fork('token table'), width);
  return { table, width, ids: candidateIds(vocabulary.tokens).filter((id) => (counts[id] as number) >= 5) };
}
