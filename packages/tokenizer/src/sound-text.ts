import { checkText } from '@cloze/checks';

/** With the flag u a surrogate matches only where its partner is missing. */
const lone = /\p{Surrogate}/u;
const allLone = /\p{Surrogate}/gu;

/**
 * The text, if every surrogate has its partner. A lone one is no text: native code would drop or replace it without a word.
 *
 * @param where begins the message @param onInvalid default `error`; `replace` puts U+FFFD for each
 * @throws {RangeError} naming the place
 */
export function soundText(text: string, where: string, onInvalid: 'error' | 'replace' = 'error'): string {
  checkText(where, text);
  const first = text.search(lone);
  if (first < 0) return text;
  if (onInvalid === 'replace') return text.replace(allLone, '\ufffd');
  throw new RangeError(
    `${where} holds a lone surrogate (unit ${first}, U+${text.charCodeAt(first).toString(16).toUpperCase()}); mend it with text.toWellFormed(), or open the tokenizer with onInvalid: 'replace'.`,
  );
}
