/** How files begin that are no text, and what to do with them. */
const beginnings: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'is a zip archive, as .xlsx spreadsheets are; save the sheet as CSV in UTF-8, or unpack it',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'is an old Office file (.xls, .doc); save it as CSV or text in UTF-8'],
  [[0x1f, 0x8b], 'is packed by gzip; let its name end in .gz'],
  [[0x50, 0x41, 0x52, 0x31], 'is Parquet; let its name end in .parquet'],
  [[0x25, 0x50, 0x44, 0x46], 'is a PDF; save its text in UTF-8'],
  [[0xff, 0xfe], 'is UTF-16; save it as UTF-8'],
  [[0xfe, 0xff], 'is UTF-16; save it as UTF-8'],
];

/** What a file of text is instead, by its first bytes; undefined where they tell nothing. */
export const disguiseOf = (bytes: Uint8Array): string | undefined =>
  beginnings.find(([own]) => own.every((byte, i) => bytes[i] === byte))?.[1];
