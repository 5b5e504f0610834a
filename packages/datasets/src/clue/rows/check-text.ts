/** What is wrong with a text that a model is to read: blank, or half a surrogate pair in it. @returns undefined when nothing is */
export function checkText(text: string): string | undefined {
  if (text.trim() === '') return 'is blank';
  const lone = /\p{Surrogate}/u.exec(text);
  return lone ? `holds half a surrogate pair at position ${lone.index}` : undefined;
}
