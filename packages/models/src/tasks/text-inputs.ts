import type { EncodedInput, TaskTokenizer } from './prepared-task.ts';
import { type Note, type Row, textOf } from './row.ts';
import type { TextColumns } from './task.ts';

/** A text, or two that are read as a pair. */
export type TextInput = string | readonly [text: string, pair: string];

/** The text or pair of a row. */
export function textInput(row: Row, { text, pair }: TextColumns, note: Note): TextInput {
  const first = textOf(row, text, note);
  return pair === undefined ? first : [first, textOf(row, pair, note)];
}

/** One encoding a text or pair. */
export async function encodeTexts(
  inputs: readonly TextInput[],
  tokenizer: TaskTokenizer,
): Promise<EncodedInput<TextInput>[]> {
  const encodings = await tokenizer.encodeBatch(inputs);
  return encodings.map((encoding, i) => {
    const input = inputs[i] as TextInput;
    return { input, encodings: [encoding], truncated: encoding.cut !== undefined };
  });
}
