import { checkText } from '@cloze/checks';
/**
 * The text, if every surrogate has its partner. A lone one is no text: native code would drop or replace it without a word.
 *
 * @param where begins the message @param onInvalid default `error`; `replace` puts U+FFFD for each
 * @throws {RangeError} naming the place
 */
export function soundText(text: string, where: string, onInvalid: 'error' | 'replace' = 'error'): string {
  checkText(where, text);
  const sound = Buffer.from(text, 'utf8').toString('utf8');
  if (sound === text) return text;
  if (onInvalid === 'replace') return sound;
  let first = 0;
  while (text[first] === sound[first]) first++;
  throw new RangeError(
    `${where} holds a lone surrogate (unit ${first}, U+${text.charCodeAt(first).toString(16).toUpperCase()}); mend it with text.toWellFormed(), or open the tokenizer with onInvalid: 'replace'.`,
  );
}
