import { crc32 } from 'node:zlib';
import { integerBelow, type RandomStream } from '@cloze/random';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const bytesOf = (count: number, value: number) =>
  Array.from({ length: count }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n));
const pick = <T>(random: RandomStream, from: readonly T[]): T => from[integerBelow(random, from.length)] as T;
const limits = [0, 1, 2, 255, 65_534, 65_535, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];

/** A pickled state dict of a few tensors, as torch.save writes one. */
function stateDict(tensors: readonly { name: string; rows: number; columns: number; type: string }[]): string {
  // At most four bytes.
  const u32 = (value: number) => String.fromCharCode(...bytesOf(4, value));
  const text = (value: string) => `X${u32(value.length)}${value}`;
  const items = tensors.map(
    ({ name, rows, columns, type }, i) =>
      `${text(name)}ctorch._utils\n_rebuild_tensor_v2\n((${text('storage')}ctorch\n${type}Storage\n${text(String(i))}${text('cpu')}J${u32(rows * columns)}tQK\0J${u32(rows)}J${u32(columns)}\x86J${u32(columns)}K\x01\x86\x89ccollections\nOrderedDict\n)RtR`,
  );
  return `\x80\x02ccollections\nOrderedDict\n)R(${items.join('')}u.`;
}

interface File {
  readonly name: string;
  readonly data: Uint8Array;
  /** What the directory says instead of the truth, by byte offset in its record. */
  readonly lies?: readonly { readonly at: number; readonly bytes: readonly number[] }[];
}

function zip(files: readonly File[], wide: boolean): Uint8Array<ArrayBuffer> {
  const [locals, central]: [number[], number[]] = [[], []];
  for (const { name, data, lies = [] } of files) {
    const headerAt = locals.length;
    const crc = crc32(data);
    const head = [
      ...bytesOf(2, 20),
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...bytesOf(4, crc),
      ...bytesOf(4, data.length),
      ...bytesOf(4, data.length),
    ];
    // Files made here, at most a few kilobytes.
    locals.push(...latin1('PK\x03\x04'), ...head, ...bytesOf(2, name.length), 0, 0, ...latin1(name), ...data);
    const record = [
      ...latin1('PK\x01\x02'),
      20,
      0,
      ...head,
      ...bytesOf(2, name.length),
      ...new Array(12).fill(0),
      ...bytesOf(4, headerAt),
      ...latin1(name),
    ];
    for (const { at, bytes } of lies) for (const [i, byte] of bytes.entries()) record[at + i] = byte;
    // A record of a directory, at most some hundred bytes.
    central.push(...record);
  }
  const end64 = wide
    ? [
        ...[...latin1('PK\x06\x06'), ...bytesOf(8, 44), 45, 0, 45, 0, ...new Array(8).fill(0)],
        ...[
          ...bytesOf(8, files.length),
          ...bytesOf(8, files.length),
          ...bytesOf(8, central.length),
          ...bytesOf(8, locals.length),
        ],
        ...[...latin1('PK\x06\x07'), 0, 0, 0, 0, ...bytesOf(8, locals.length + central.length), 1, 0, 0, 0],
      ]
    : [];
  const small = (count: number, value: number) => (wide ? new Array(count).fill(255) : bytesOf(count, value));
  const end = [
    ...latin1('PK\x05\x06'),
    0,
    0,
    0,
    0,
    ...small(2, files.length),
    ...small(2, files.length),
    ...small(4, central.length),
    ...small(4, locals.length),
    0,
    0,
  ];
  return Uint8Array.from([...locals, ...central, ...end64, ...end]);
}

/** A `pytorch_model.bin` to accept or refuse: right ones, pickles and directories bent, archives cut, checksums true so that the readers behind them are reached. */
export function fuzzPytorchBin(random: RandomStream): Uint8Array<ArrayBuffer> {
  const tensors = Array.from({ length: 1 + integerBelow(random, 3) }, (_, i) => ({
    name: pick(random, ['w', 'bert.x', '__proto__', 'state_dict']) + i,
    rows: integerBelow(random, 5),
    columns: 1 + integerBelow(random, 5),
    type: pick(random, ['Float', 'Float', 'Half', 'BFloat16', 'Double', 'Int', 'Long', 'Bool', 'Byte', 'Evil']),
  }));
  const widths: Readonly<Record<string, number>> = { Half: 2, BFloat16: 2, Double: 8, Long: 8, Bool: 1, Byte: 1 };
  let pickle = latin1(stateDict(tensors));
  const bent = integerBelow(random, 8) > 0;
  for (let i = bent ? integerBelow(random, 4) : 0; i > 0; i--) {
    const at = integerBelow(random, pickle.length);
    if (integerBelow(random, 3) === 0)
      pickle = Uint8Array.from([...pickle.subarray(0, at), ...pickle.subarray(integerBelow(random, pickle.length))]);
    else if (integerBelow(random, 2) === 0)
      pickle[at] = latin1(pick(random, [...'().]}JKMXQRtueasbcN\x85\x86\x87\x8a\x94hj']))[0] as number;
    else pickle[at] = integerBelow(random, 256);
    if (pickle.length === 0) pickle = Uint8Array.of(46);
  }
  const lie = () => {
    // Flags, method, checksum, both sizes, lengths of name, extra and note, place of the header.
    const at = pick(random, [8, 10, 16, 20, 24, 28, 30, 32, 42]);
    return [{ at, bytes: bytesOf(at === 16 || at === 20 || at === 24 || at === 42 ? 4 : 2, pick(random, limits)) }];
  };
  const files: File[] = [
    { name: 'm/data.pkl', data: pickle },
    { name: 'm/byteorder', data: latin1('little') },
    ...tensors.map(({ rows, columns, type }, i) => ({
      name: `m/data/${i}`,
      data: new Uint8Array(rows * columns * (widths[type] ?? 4)).fill(7),
    })),
  ].map((file) => (bent && integerBelow(random, 10) === 0 ? { ...file, lies: lie() } : file));
  if (bent && integerBelow(random, 12) === 0) files.push(pick(random, files));
  const archive = zip(files, integerBelow(random, 2) === 0);
  if (bent && integerBelow(random, 8) === 0) archive[integerBelow(random, archive.length)] = integerBelow(random, 256);
  return bent && integerBelow(random, 16) === 0 ? archive.slice(0, integerBelow(random, archive.length)) : archive;
}
