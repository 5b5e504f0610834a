import { sizeOf } from '../expression/host-tensors.ts';
import type { OpSink, TensorflowLibrary, TfGraph, TfOutput, TfType } from '../libtensorflow/types.ts';
import type { Draw } from './draws-in.ts';

const only = (outputs: readonly TfOutput[]) => outputs[0] as TfOutput;

/** Philox-4x32-10 over a vector of counters, as arithmetic that XLA turns into one vectorised loop; four words a counter. */
function philoxWords(sink: OpSink, words: TfOutput, site: TfOutput, rows: number, blocks: number): TfOutput[] {
  const op = (name: string, inputs: TfOutput[], attributes?: Parameters<OpSink['op']>[2]) =>
    only(sink.op(name, inputs, attributes));
  const cast = (x: TfOutput, type: TfType) => op('Cast', [x], { DstT: { type } });
  const ints = (...values: number[]) => sink.constant([values.length], 'int32', Int32Array.from(values));
  const long = (value: bigint) => sink.constant([], 'uint64', BigUint64Array.of(value));
  const short = (value: number) => sink.constant([], 'uint32', Uint32Array.of(value));
  const word = (i: number) => op('Bitcast', [op('Slice', [words, ints(i), ints(1)])], { type: { type: 'uint32' } });
  const low = (x: TfOutput) => cast(op('BitwiseAnd', [x, long(0xffffffffn)]), 'uint32');
  const high = (x: TfOutput) => cast(op('RightShift', [x, long(32n)]), 'uint32');
  const xor = (a: TfOutput, b: TfOutput) => op('BitwiseXor', [a, b]);
  const numbers = op('Range', [
    sink.constant([], 'int32', Int32Array.of(0)),
    sink.constant([], 'int32', Int32Array.of(rows * blocks)),
    sink.constant([], 'int32', Int32Array.of(1)),
  ]);
  const counter = op('AddV2', [cast(numbers, 'uint64'), op('Mul', [cast(word(2), 'uint64'), long(BigInt(blocks))])]);
  let [c0, c1, c2, c3] = [low(counter), high(counter), site, short(0)];
  let [k0, k1] = [word(0), word(1)];
  for (let round = 0; round < 10; round++) {
    const first = op('Mul', [cast(c0, 'uint64'), long(0xd2511f53n)]);
    const second = op('Mul', [cast(c2, 'uint64'), long(0xcd9e8d57n)]);
    [c0, c1, c2, c3] = [xor(xor(high(second), c1), k0), low(second), xor(xor(high(first), c3), k1), low(first)];
    k0 = op('AddV2', [k0, short(0x9e3779b9)]);
    k1 = op('AddV2', [k1, short(0xbb67ae85)]);
  }
  return [c0, c1, c2, c3];
}

/**
 * Records dropout's masks as calls of functions that XLA compiles: whether each uniform number reaches the threshold.
 *
 * The numbers are those of `randomUniform` to the bit. Four verdicts of a counter leave the loop as the bytes of one word, so that the loop
 * stays free of branches; the site is an input, so that all places of one shape share a function.
 */
export function compiledMasks(library: TensorflowLibrary, graph: TfGraph, sink: OpSink) {
  const known = new Map<string, string>();
  return ({ uniform, threshold, mask }: Draw, words: TfOutput): TfOutput => {
    const { site, rows, width } = uniform.attributes;
    const blocks = Math.ceil(width / 4);
    const signature = `${rows} ${blocks} ${threshold}`;
    let name = known.get(signature);
    if (name === undefined) {
      name = `mask_${known.size}`;
      known.set(signature, name);
      const body = library.newGraph();
      const inner = body.placeholder('words', 'int32', [3]);
      const place = body.placeholder('site', 'uint32', [1]);
      const short = (value: number) => body.constant([], 'uint32', Uint32Array.of(value));
      const verdicts = philoxWords(body, inner, place, rows, blocks).map((drawn, i) => {
        const bits = only(body.op('BitwiseAnd', [drawn, short(0x7fffff)]));
        // (bits / 2²³ ≥ threshold), with the threshold rounded to float32 as the comparison of tensors does.
        const reached = only(body.op('GreaterEqual', [bits, short(Math.ceil(Math.fround(threshold) * 0x800000))]));
        const byte = only(body.op('Cast', [reached], { DstT: { type: 'uint32' } }));
        return only(body.op('LeftShift', [byte, short(8 * i)]));
      });
      const word = verdicts.reduce((a, b) => only(body.op('BitwiseOr', [a, b])));
      graph.define(name, body, [inner, place], [word]);
      body.dispose();
    }
    const ints = (values: readonly number[]) => sink.constant([values.length], 'int32', Int32Array.from(values));
    const packed = only(
      sink.op(name, [words, sink.constant([1], 'uint32', Uint32Array.of(site))], { _XlaMustCompile: { bool: true } }),
    );
    const bytes = only(
      sink.op('Reshape', [only(sink.op('Bitcast', [packed], { type: { type: 'uint8' } })), ints([rows, blocks * 4])]),
    );
    const cut = blocks * 4 === width ? bytes : only(sink.op('Slice', [bytes, ints([0, 0]), ints([rows, width])]));
    const shaped = sizeOf(mask.shape) === rows * width ? only(sink.op('Reshape', [cut, ints(mask.shape)])) : cut;
    return only(sink.op('Cast', [shaped], { DstT: { type: 'bool' } }));
  };
}
