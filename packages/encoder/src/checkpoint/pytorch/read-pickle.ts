import { CheckpointError } from '../checkpoint-error.ts';
import { callGlobal } from './call-global.ts';
import { PickleBytes } from './pickle-bytes.ts';
import { PickleStack } from './pickle-stack.ts';
import type { GlobalReference, StorageReference } from './references.ts';
import { storageOf } from './storage-of.ts';

/**
 * Reads a pickle as data: dictionaries, lists, numbers, strings and tensor references. No name is resolved and no code is run.
 *
 * @throws {CheckpointError} for an opcode or a global outside the list a state dict needs, naming it
 */
export function readPickle(file: Uint8Array): unknown {
  return readPickleAt(file).value;
}

/** The first pickle of some bytes, and where it ends: files from before torch 1.6 are several in a row. @throws {CheckpointError} as `readPickle` */
export function readPickleAt(file: Uint8Array): {
  readonly value: unknown;
  readonly end: number;
  readonly storages: readonly StorageReference[];
} {
  const bytes = new PickleBytes(file);
  const stack = new PickleStack(() => bytes.at);
  const memo = new Map<number, unknown>();
  const storages: StorageReference[] = [];
  const remember = (number: number) => memo.set(number, stack.top);
  const recall = (number: number) => stack.push(memo.get(number));
  const global = (module: string, name: string) =>
    stack.push({ kind: 'global', name: `${module} ${name}` } satisfies GlobalReference);

  /** What each opcode does, by Python's names for them (`pickletools`). */
  const opcodes: Readonly<Record<string, () => void>> = {
    // PROTO, FRAME
    '\x80': () => {
      if (bytes.u8() > 5) throw new CheckpointError('The pickle is of a protocol beyond 5.');
    },
    '\x95': () => void bytes.take(8),
    // EMPTY_DICT, EMPTY_LIST, EMPTY_TUPLE, MARK, TUPLE, LIST, TUPLE1 to TUPLE3
    '}': () => stack.push(new Map()),
    ']': () => stack.push([]),
    ')': () => stack.push([]),
    '(': () => stack.mark(),
    t: () => stack.push(stack.popToMark()),
    l: () => stack.push(stack.popToMark()),
    '\x85': () => stack.push(stack.popMany(1)),
    '\x86': () => stack.push(stack.popMany(2)),
    '\x87': () => stack.push(stack.popMany(3)),
    // NONE, NEWTRUE, NEWFALSE
    N: () => stack.push(null),
    '\x88': () => stack.push(true),
    '\x89': () => stack.push(false),
    // BININT1, BININT2, BININT, LONG1, BINFLOAT
    K: () => stack.push(bytes.u8()),
    M: () => stack.push(bytes.u16()),
    J: () => stack.push(bytes.i32()),
    '\x8a': () => stack.push(bytes.long(bytes.u8())),
    G: () => stack.push(bytes.f64()),
    // BINUNICODE, SHORT_BINUNICODE
    X: () => stack.push(bytes.text(bytes.u32())),
    '\x8c': () => stack.push(bytes.text(bytes.u8())),
    // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
    q: () => remember(bytes.u8()),
    r: () => remember(bytes.u32()),
    '\x94': () => remember(memo.size),
    h: () => recall(bytes.u8()),
    j: () => recall(bytes.u32()),
    // GLOBAL, STACK_GLOBAL, BINPERSID, REDUCE
    c: () => global(bytes.line(), bytes.line()),
    '\x93': () => {
      const [module, name] = stack.popMany(2);
      if (typeof name !== 'string' || typeof module !== 'string')
        throw new CheckpointError(`The pickle names a global by something that is no text at byte ${bytes.at}.`);
      global(module, name);
    },
    Q: () => {
      const storage = storageOf(stack.pop());
      storages.push(storage);
      stack.push(storage);
    },
    R: () => {
      const [callable, operands] = stack.popMany(2);
      stack.push(callGlobal(callable, Array.isArray(operands) ? operands : []));
    },
    // BUILD: a state dict's own attributes (_metadata), versions of modules, are nothing we need.
    b: () => void stack.pop(),
    // SETITEM, SETITEMS, APPEND, APPENDS
    s: () => stack.setItems(stack.popMany(2)),
    u: () => stack.setItems(stack.popToMark()),
    a: () => stack.append(stack.popMany(1)),
    e: () => stack.append(stack.popToMark()),
  };

  for (;;) {
    const opcode = String.fromCharCode(bytes.u8());
    // STOP
    if (opcode === '.') return { value: stack.pop(), end: bytes.at, storages };
    const run = Object.hasOwn(opcodes, opcode) ? opcodes[opcode] : undefined;
    if (!run)
      throw new CheckpointError(
        `The pickle has opcode 0x${opcode.charCodeAt(0).toString(16)} at byte ${bytes.at - 1}, which no state dict of tensors needs.`,
      );
    run();
  }
}
