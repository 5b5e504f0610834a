/** What is wrong with a text that holds half of a character (a surrogate without its other half, as `"\\ud800"` in JSON gives); undefined where nothing is. */
export function loneSurrogate(text: string): string | undefined {
  const lone = /\p{Surrogate}/u.exec(text);
  return lone ? `holds half a surrogate pair at position ${lone.index}` : undefined;
}
