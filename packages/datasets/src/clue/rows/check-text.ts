import { loneSurrogate } from '../../text/lone-surrogate.ts';

/** What is wrong with a text that a model is to read: blank, or half a surrogate pair in it. @returns undefined when nothing is */
export function checkText(text: string): string | undefined {
  if (text.trim() === '') return 'is blank';
  return loneSurrogate(text);
}
