const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli), as in RFC 3720 appendix B.4; unsigned. */
export function crc32c(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) state = (table[(state ^ byte) & 255] as number) ^ (state >>> 8);
  return (state ^ 0xffffffff) >>> 0;
}

/** TensorFlow's masked form, `rotate(crc, 15) + 0xa282ead8`: a checksum of data that holds checksums. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
