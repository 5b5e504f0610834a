/** The UTF-16 index of each code point of a text, and of its end: files of CLUE count code points. @internal */
export function codePointPlaces(text: string): readonly number[] {
  const places = [0];
  let at = 0;
  for (const character of text) places.push((at += character.length));
  return places;
}
