import { candidateIds } from '@cloze/masking';
import { padEncodings } from '@cloze/tokenizer';
import { tokenTable } from '../../mask/token-table.ts';
import type { Corpus } from './open-corpus.ts';

/** Token vectors from the neighbours of tokens in the corpus, and the ids frequent enough to trust them: what similar words are looked up in. */
export function tokenTableOf(
  { train, vocabulary }: Corpus,
  width = 32,
): { readonly table: Float32Array; readonly width: number; readonly ids: Int32Array } {
  const size = vocabulary.tokens.length;
  const counts = new Float64Array(size);
  for (const { ids } of train) for (const id of ids) counts[id] = (counts[id] as number) + 1;
  const table = tokenTable([padEncodings(train, { padId: vocabulary.special.pad })], size, width);
  return { table, width, ids: candidateIds(vocabulary.tokens).filter((id) => (counts[id] as number) >= 5) };
}
