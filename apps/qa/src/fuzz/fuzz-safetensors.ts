import { integerBelow, type RandomStream } from '@cloze/random';

const dtypes = 'BOOL F4 F6_E2M3 U8 I8 F8_E5M2 F8_E4M3 I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64'.split(' ');
const bits = [8, 4, 6, 8, 8, 8, 8, 16, 16, 16, 16, 32, 32, 32, 64, 64, 64, 64];
const names = [
  'a',
  'b',
  'bert.embeddings.word_embeddings.weight',
  '',
  '漢字',
  'é',
  '😀',
  '__proto__',
  'constructor',
  '0',
  'a\\u0062',
];
const tokens =
  '{ } [ ] " , : 0 null true [] {} "dtype" "shape" "data_offsets" "__metadata__" \\u0041 \\ud800 \\n é 漢 😀'.split(
    ' ',
  );
const odd = [' ', '\n', '\t', '\u0000', '\u0007', '\ufeff', '\\', '\\"'];
const numbers =
  '-1 0 1 2 3 4 7 8 16 1.0 1e2 -0 01 4294967295 4294967296 9007199254740991 9007199254740993 18446744073709551615 18446744073709551616 1e400'.split(
    ' ',
  );

const pick = <T>(random: RandomStream, from: readonly T[]): T => from[integerBelow(random, from.length)] as T;

/** A file that is right: up to six tensors of any type, empty and scalar ones among them, in any order of names. */
function soundFile(random: RandomStream): { header: string; data: number } {
  let data = 0;
  const taken = new Set<string>();
  const entries: string[] = [];
  for (let i = integerBelow(random, 7); i > 0; i--) {
    const name = `${pick(random, names)}${integerBelow(random, 3) === 0 ? i : ''}`;
    const type = integerBelow(random, dtypes.length);
    const shape = Array.from({ length: integerBelow(random, 4) }, () => integerBelow(random, 5));
    const size = (shape.reduce((n, extent) => n * extent, 1) * (bits[type] as number)) / 8;
    if (taken.has(name.replace('\\u0062', 'b')) || !Number.isInteger(size)) continue;
    taken.add(name.replace('\\u0062', 'b'));
    entries.push(`"${name}":{"dtype":"${dtypes[type]}","shape":[${shape}],"data_offsets":[${data},${data + size}]}`);
    data += size;
  }
  if (integerBelow(random, 2) === 0) entries.unshift('"__metadata__":{"format":"pt"}');
  return { header: `{${entries.join(',')}}${' '.repeat(integerBelow(random, 8))}`, data };
}

/** One wrong thing done to a header: a number, a type, a slice, a character, a token. */
function bend(random: RandomStream, header: string): string {
  const at = integerBelow(random, header.length + 1);
  const length = 1 + integerBelow(random, 8);
  switch (integerBelow(random, 8)) {
    case 0: {
      const places = [...header.matchAll(/\d+/g)];
      if (places.length === 0) return header;
      const { index, 0: text } = pick(random, places);
      return header.slice(0, index) + pick(random, numbers) + header.slice(index + text.length);
    }
    case 1:
      return header.replace(pick(random, dtypes), pick(random, [...dtypes, 'F31', 'f32', '']));
    case 2:
      return header.slice(0, at) + header.slice(at + length);
    case 3: {
      const from = integerBelow(random, header.length + 1);
      return header.slice(0, at) + header.slice(from, from + 10 * length) + header.slice(at);
    }
    case 4:
      return header.slice(0, at) + pick(random, tokens) + header.slice(at);
    case 5:
      return header.slice(0, at) + pick(random, odd) + header.slice(at);
    case 6: {
      const entries = header.slice(1).split(/,(?=")/);
      return `{${[...entries, pick(random, entries)].join(',').replaceAll('}}', '}')}}`;
    }
    default:
      return header.slice(0, at) + String.fromCharCode(integerBelow(random, 256)) + header.slice(at + 1);
  }
}

/** A safetensors file for a reader to accept or refuse: one in eight is right, the others were bent up to three times, their lengths too. */
export function fuzzSafetensors(random: RandomStream): Uint8Array<ArrayBuffer> {
  const sound = soundFile(random);
  let { header, data } = sound;
  const bent = integerBelow(random, 8) > 0;
  if (bent) for (let i = integerBelow(random, 4); i > 0; i--) header = bend(random, header);
  if (bent && integerBelow(random, 6) === 0) data = Math.max(0, data + integerBelow(random, 9) - 4);
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + data);
  let claimed = BigInt(text.length);
  if (bent && integerBelow(random, 10) === 0)
    claimed = pick(random, [
      0n,
      1n,
      claimed - 1n,
      claimed + 1n,
      100_000_000n,
      100_000_001n,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
    ]);
  new DataView(file.buffer).setBigUint64(0, BigInt.asUintN(64, claimed), true);
  file.set(text, 8);
  // A byte of the file itself: UTF-8 torn in the middle, the length, the data.
  if (bent && integerBelow(random, 6) === 0) file[integerBelow(random, file.length)] = integerBelow(random, 256);
  return bent && integerBelow(random, 20) === 0 ? file.slice(0, integerBelow(random, file.length + 1)) : file;
}
