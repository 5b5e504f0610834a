/** The text with U+FFFD for every lone surrogate, which is no character. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');
