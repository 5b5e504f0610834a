/** The character that stands for each byte (Radford et al. 2019): itself where it prints, else one from U+0100 on. */
export const byteCharacters: readonly string[] = (() => {
  const prints = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : 0x100 + others++));
})();

/** The byte that each character stands for. */
export const bytesByCharacter: ReadonlyMap<string, number> = new Map(
  byteCharacters.map((character, byte) => [character, byte] as const),
);
