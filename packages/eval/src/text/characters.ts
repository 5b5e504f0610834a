import { checkText } from '@cloze/checks';

/** The characters of a text (code points), white space left out: the tokens of ROUGE and BLEU for Chinese. @throws {TypeError} for what is no text */
export function characters(text: string): string[] {
  checkText('characters: the text', text);
  return [...text].filter((character) => !/\s/u.test(character));
}
