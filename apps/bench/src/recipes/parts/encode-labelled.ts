import type { Encoding, NativeTokenizer } from '@cloze/tokenizer';
import type { Labelled } from './open-task.ts';

/** A labelled example ready to be padded. */
export interface EncodedExample {
  readonly id: number | string;
  readonly encoding: Encoding;
  /** Index among the task's labels. */
  readonly label: number;
}

/** Encodes examples; pairs become two segments of one row. @throws naming a label the task does not have */
export async function encodeLabelled(
  tokenizer: NativeTokenizer,
  rows: readonly Labelled[],
  labels: readonly string[],
): Promise<EncodedExample[]> {
  const encodings = await tokenizer.encodeBatch(
    rows.map(({ texts }) => (texts.length === 1 ? texts[0] : ([texts[0], texts[1]] as const))),
  );
  return rows.map(({ id, label }, i) => {
    const index = labels.indexOf(label);
    if (index < 0) throw new RangeError(`row ${id} has the label '${label}'; there are ${labels.join(', ')}.`);
    return { id, encoding: encodings[i] as Encoding, label: index };
  });
}
