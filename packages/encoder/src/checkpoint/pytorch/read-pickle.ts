import { CheckpointError } from '../checkpoint-error.ts';

/** What a persistent id of PyTorch names: the bytes of one storage. */
export interface StorageReference {
  readonly kind: 'storage';
  /** Such as `FloatStorage`. */
  readonly type: string;
  /** The entry under `data/`. */
  readonly key: string;
  readonly elements: number;
}

/** A tensor as `_rebuild_tensor_v2` describes it. */
export interface TensorReference {
  readonly kind: 'tensor';
  readonly storage: StorageReference;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

interface Named {
  readonly kind: 'global';
  readonly name: string;
}

const mark = Symbol('mark');
const isGlobal = (value: unknown): value is Named => (value as Named | null)?.kind === 'global';
const isStorage = (value: unknown): value is StorageReference => (value as StorageReference | null)?.kind === 'storage';
const storageTypes = /^torch (Float|Half|BFloat16|Double|Int|Long|Bool|Byte|Char|Short)Storage$/;

/** The few callables a state dict needs. Nothing is imported, nothing is run: each is a rule written here. */
function call(callable: unknown, operands: readonly unknown[]): unknown {
  const name = isGlobal(callable) ? callable.name : '?';
  if (name === 'collections OrderedDict') return new Map();
  if (name === 'torch._utils _rebuild_parameter') return operands[0];
  if (name === 'torch._utils _rebuild_tensor_v2') {
    const [storage, offset, shape, strides] = operands;
    const whole = (x: unknown): x is number[] => Array.isArray(x) && x.every((v) => Number.isSafeInteger(v) && v >= 0);
    if (
      !isStorage(storage) ||
      !Number.isSafeInteger(offset) ||
      (offset as number) < 0 ||
      !whole(shape) ||
      !whole(strides) ||
      shape.length !== strides.length
    )
      throw new CheckpointError('The pickle describes a tensor without storage, offset, shape and strides.');
    return { kind: 'tensor', storage, offset: offset as number, shape, strides } satisfies TensorReference;
  }
  throw new CheckpointError(
    `The pickle asks to call '${name}'; only state dicts of tensors are read, and nothing is ever run.`,
  );
}

/**
 * Reads a pickle as data: dictionaries, lists, numbers, strings and tensor references. No name is resolved and no code is run.
 *
 * @throws {CheckpointError} for an opcode or a global outside the list a state dict needs, naming it
 */
export function readPickle(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (count < 0 || at + count > bytes.length)
      throw new CheckpointError(`The pickle ends inside a value of ${count} bytes at byte ${at}.`);
    at += count;
    return bytes.subarray(at - count, at);
  };
  const text = (encoded: Uint8Array): string => {
    try {
      return utf8.decode(encoded);
    } catch {
      throw new CheckpointError(`The pickle has a string that is not UTF-8 before byte ${at}.`);
    }
  };
  const u8 = () => (take(1), view.getUint8(at - 1));
  const u16 = () => (take(2), view.getUint16(at - 2, true));
  const u32 = () => (take(4), view.getUint32(at - 4, true));
  const i32 = () => (take(4), view.getInt32(at - 4, true));
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new CheckpointError(`The pickle ends inside a line at byte ${at}.`);
    return text(take(end - at + 1).subarray(0, -1));
  };
  const pop = () => {
    if (stack.length === 0) throw new CheckpointError(`The pickle takes from an empty stack at byte ${at}.`);
    return stack.pop();
  };
  const toMark = () => {
    const from = stack.lastIndexOf(mark);
    if (from < 0) throw new CheckpointError(`The pickle has no mark at byte ${at}.`);
    return stack.splice(from).slice(1);
  };
  const into = (pairs: readonly unknown[]) => {
    const target = stack.at(-1);
    if (!(target instanceof Map))
      throw new CheckpointError(`The pickle sets items of something that is no dictionary at byte ${at}.`);
    for (let i = 0; i + 1 < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  };
  const extend = (items: readonly unknown[]) => {
    const target = stack.at(-1);
    if (!Array.isArray(target))
      throw new CheckpointError(`The pickle appends to something that is no list at byte ${at}.`);
    for (const item of items) target.push(item);
  };
  for (;;) {
    const opcode = String.fromCharCode(u8());
    switch (opcode) {
      case '.':
        return pop();
      case '\x80': // PROTO
        if (u8() > 5) throw new CheckpointError('The pickle is of a protocol beyond 5.');
        break;
      case '\x95': // FRAME
        take(8);
        break;
      case '}':
        stack.push(new Map());
        break;
      case ']':
        stack.push([]);
        break;
      case ')':
        stack.push([]);
        break;
      case '(':
        stack.push(mark);
        break;
      case 't':
      case 'l':
        stack.push(toMark());
        break;
      case '\x85':
        stack.push([pop()]);
        break;
      case '\x86': {
        const [b, a] = [pop(), pop()];
        stack.push([a, b]);
        break;
      }
      case '\x87': {
        const [c, b, a] = [pop(), pop(), pop()];
        stack.push([a, b, c]);
        break;
      }
      case 'N':
        stack.push(null);
        break;
      case '\x88':
        stack.push(true);
        break;
      case '\x89':
        stack.push(false);
        break;
      case 'K':
        stack.push(u8());
        break;
      case 'M':
        stack.push(u16());
        break;
      case 'J':
        stack.push(i32());
        break;
      case '\x8a': // LONG1
        stack.push(Number(take(u8()).reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)));
        break;
      case 'G':
        take(8);
        stack.push(view.getFloat64(at - 8));
        break;
      case 'X':
        stack.push(text(take(u32())));
        break;
      case '\x8c':
        stack.push(text(take(u8())));
        break;
      case 'q':
        memo.set(u8(), stack.at(-1));
        break;
      case 'r':
        memo.set(u32(), stack.at(-1));
        break;
      case '\x94':
        memo.set(memo.size, stack.at(-1));
        break;
      case 'h':
        stack.push(memo.get(u8()));
        break;
      case 'j':
        stack.push(memo.get(u32()));
        break;
      case 'c': {
        const module = line();
        stack.push({ kind: 'global', name: `${module} ${line()}` } satisfies Named);
        break;
      }
      case '\x93': {
        const [name, module] = [pop(), pop()];
        if (typeof name !== 'string' || typeof module !== 'string')
          throw new CheckpointError(`The pickle names a global by something that is no text at byte ${at}.`);
        stack.push({ kind: 'global', name: `${module} ${name}` } satisfies Named);
        break;
      }
      case 'Q': {
        const id = pop() as unknown[];
        const [tag, type, key, , elements] = Array.isArray(id) ? id : [];
        const known = isGlobal(type) && storageTypes.exec(type.name);
        if (
          tag !== 'storage' ||
          !known ||
          typeof key !== 'string' ||
          !/^\d+$/.test(key) ||
          !Number.isSafeInteger(elements)
        )
          throw new CheckpointError(
            `The pickle refers to something that is no known storage: ${isGlobal(type) ? type.name : typeof tag === 'string' ? tag : `a ${typeof tag}`}.`,
          );
        stack.push({
          kind: 'storage',
          type: `${known[1]}Storage`,
          key,
          elements: elements as number,
        } satisfies StorageReference);
        break;
      }
      case 'R': {
        const [operands, callable] = [pop(), pop()];
        stack.push(call(callable, Array.isArray(operands) ? operands : []));
        break;
      }
      case 'b': {
        // A state dict's own attributes (_metadata): versions of modules, nothing we need.
        pop();
        break;
      }
      case 's': {
        const [value, key] = [pop(), pop()];
        into([key, value]);
        break;
      }
      case 'u':
        into(toMark());
        break;
      case 'a':
        extend([pop()]);
        break;
      case 'e':
        extend(toMark());
        break;
      default:
        throw new CheckpointError(
          `The pickle has opcode 0x${opcode.charCodeAt(0).toString(16)} at byte ${at - 1}, which no state dict of tensors needs.`,
        );
    }
  }
}
