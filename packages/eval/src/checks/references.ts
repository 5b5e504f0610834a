import { checkList, checkTexts } from '@cloze/checks';

/** Refuses what are no references: a text, or a list of texts, for each. @param where begins the message @throws {TypeError} naming the first that is none */
export function checkReferences(where: string, references: unknown): void {
  checkList(`${where}: references`, references);
  for (const [i, one] of references.entries())
    if (typeof one !== 'string') checkTexts(`${where}: references[${i}]`, one);
}
