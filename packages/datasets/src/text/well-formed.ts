import { checkText } from '@cloze/checks';

/** The text with U+FFFD for every lone surrogate, which is no character. */
export function wellFormed(text: string): string {
  checkText('wellFormed: the text', text);
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
