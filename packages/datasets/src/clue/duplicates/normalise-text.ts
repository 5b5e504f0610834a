/**
 * A text as it is compared when looking for duplicates: compatibility forms unified (NFKC: full-width letters, ligatures), lower case,
 * without white space.
 */
export function normaliseText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, '');
}
