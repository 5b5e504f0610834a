/** Han ideographs by code point, as BERT's reference tokenizer lists them. */
export function isHan(point: number): boolean {
  return (
    (point >= 0x4e00 && point <= 0x9fff) ||
    (point >= 0x3400 && point <= 0x4dbf) ||
    (point >= 0x20000 && point <= 0x2a6df) ||
    (point >= 0x2a700 && point <= 0x2ceaf) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0x2f800 && point <= 0x2fa1f)
  );
}

/** Punctuation: every non-alphanumeric ASCII sign, and Unicode's category P. */
export function isPunctuation(character: string): boolean {
  return /^[!-/:-@[-`{-~\p{P}]$/u.test(character);
}

/** Characters BERT drops: controls other than tab and line ends, NUL, the replacement character. */
export function isDropped(character: string): boolean {
  return (
    character === '\0' ||
    character === '\ufffd' ||
    (/^[\p{Cc}\p{Cf}\p{Cn}\p{Co}]$/u.test(character) && !/^[\t\n\r]$/.test(character))
  );
}
