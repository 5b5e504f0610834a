import { checkText } from '@cloze/checks';

/**
 * A text as it is compared when looking for duplicates: compatibility forms unified (NFKC: full-width letters, ligatures), lower case,
 * without white space and characters that show nothing (zero-width ones, soft hyphens, variation selectors, controls).
 *
 * @throws {TypeError} for what is no text
 */
export function normaliseText(text: string): string {
  checkText('normaliseText: the text', text);
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Default_Ignorable_Code_Point}\p{Cc}]+/gu, '');
}
