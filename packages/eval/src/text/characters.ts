/** The characters of a text (code points), white space left out: the tokens of ROUGE and BLEU for Chinese. */
export function characters(text: string): string[] {
  return [...text].filter((character) => !/\s/u.test(character));
}
