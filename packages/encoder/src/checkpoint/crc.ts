const tables = new Map<number, Int32Array>();

function tableOf(polynomial: number): Int32Array {
  let table = tables.get(polynomial);
  if (!table) {
    table = Int32Array.from({ length: 256 }, (_, byte) => {
      let value = byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
      return value;
    });
    tables.set(polynomial, table);
  }
  return table;
}

function crc(bytes: Uint8Array, polynomial: number): number {
  const table = tableOf(polynomial);
  let value = -1;
  for (let i = 0; i < bytes.length; i++)
    value = (value >>> 8) ^ (table[(value ^ (bytes[i] as number)) & 255] as number);
  return ~value >>> 0;
}

/** CRC-32 as zip archives have it (reversed polynomial 0xEDB88320). */
export const crc32 = (bytes: Uint8Array): number => crc(bytes, 0xedb88320 | 0);

/** CRC-32C as TensorFlow has it (reversed polynomial 0x82F63B78), masked: turned right by 15 bits, plus 0xA282EAD8. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const value = crc(bytes, 0x82f63b78 | 0);
  return (((value >>> 15) | (value << 17)) + 0xa282ead8) >>> 0;
}
