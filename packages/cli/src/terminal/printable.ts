/** Characters that move a cursor, colour a terminal or turn a line around; line ends and tabs stay. */
const commanding = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text as it may be shown on a terminal: what would command it (ANSI escapes from a file's words, say) is written out as `\x1b`. */
export const printable = (text: string): string =>
  text.replace(commanding, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
