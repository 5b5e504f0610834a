import type { PlacedEncoding } from '@cloze/tokenizer';
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

/** Whether the tokenizer cut the texts of an encoding. */
export function isTruncated(
  { ids, offsets, segments, special }: PlacedEncoding,
  input: TextInput,
  maximumLength: number,
): boolean {
  if (ids.length < maximumLength) return false;
  const texts = typeof input === 'string' ? [input] : input;
  return texts.some((text, segment) => {
    let read = 0;
    for (const [i, [, end]] of offsets.entries())
      if (!special[i] && (texts.length === 1 || segments[i] === segment)) read = Math.max(read, end);
    return read < text.trimEnd().length;
  });
}

/** One encoding a text or pair. */
export async function encodeTexts(
  inputs: readonly TextInput[],
  tokenizer: TaskTokenizer,
): Promise<EncodedInput<TextInput>[]> {
  const encodings = await tokenizer.encodeBatch(inputs);
  return encodings.map((encoding, i) => {
    const input = inputs[i] as TextInput;
    return { input, encodings: [encoding], truncated: isTruncated(encoding, input, tokenizer.maximumLength) };
  });
}
