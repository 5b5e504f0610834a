import { type FamilyName, familyOf } from '../../families/families.ts';
import type { NamedTensors } from './named-tensors.ts';

/** What a file has and nothing here reads, by the file's names. */
export interface UnreadNames {
  readonly all: readonly string[];
  /** Those of the encoder: they would change what it computes. */
  readonly ofEncoder: readonly string[];
}

/** Tensors of the encoder itself in files that no model needs: constants, and the table of positions of models that have other ones. */
const needless = /(\.position_ids|\.token_type_ids|\.embed_positions\.weight)$/;

/** The names of a file that were not used, but for second names of what was and for what no model needs. */
export function unreadNames(file: NamedTensors, family: FamilyName, used: ReadonlySet<string>): UnreadNames {
  const { root, outputName } = familyOf(family);
  const duplicates = new RegExp(
    `^(${outputName.replace(/\.\w+$/, '')}\\.(weight|bias)|cls\\.predictions\\.bias|predictions\\.bias|lm_head\\.bias)$`,
  );
  // A second name of one tensor is in the list of neither.
  const unread = [...file.names].filter(
    ([theirs, name]) => !used.has(name) && !duplicates.test(theirs) && !needless.test(theirs),
  );
  const ofEncoder = file.sections.filter((section) => section !== 'pooler').map((section) => `${root}.${section}.`);
  const otherPositions = `${root}.embeddings.position_embeddings.weight`;
  return {
    all: unread.map(([, name]) => name),
    ofEncoder: unread.flatMap(([theirs, name]) =>
      ofEncoder.some((prefix) => theirs.startsWith(prefix)) &&
      !(file.config.positionKind !== 'absolute' && theirs === otherPositions)
        ? [name]
        : [],
    ),
  };
}
