import { checkOptions, whole } from '@cloze/checks';
import {
  encodeOnnx,
  heldBytes,
  largestFile,
  type OnnxConstant,
  type OnnxGraph,
  type OutsidePlace,
} from './onnx-model.ts';

/** A file of a model, made when it is asked for. */
export interface OnnxFile {
  readonly name: string;
  bytes(): Uint8Array;
}

/** How weights are laid beside a model. */
export interface OnnxFileOptions {
  /** Bytes of weights that one file holds, whole, from 1; default 2³¹ − 2²⁴, protobuf's limit less what nodes take. */
  readonly maxFileSize?: number | undefined;
}

/** Where a page of memory may begin: whoever maps a file reads weights where they lie. */
const page = 4096;
/** Below this, constants stay in the model: shapes among them, which are read before weights are. */
const small = 1024;

const paged = (bytes: number): number => Math.ceil(bytes / page) * page;

/** Constants that lie beside, by their file: each full, or of one constant that is larger. */
function layOut(constants: readonly OnnxConstant[], most: number): readonly (readonly OnnxConstant[])[] {
  const files: OnnxConstant[][] = [];
  let left = 0;
  for (const constant of constants) {
    const size = paged(constant.bytes.length);
    if (files.length === 0 || size > left) {
      files.push([]);
      left = most;
    }
    files.at(-1)?.push(constant);
    left -= size;
  }
  return files;
}

function joined(constants: readonly OnnxConstant[]): Uint8Array {
  const [first] = constants;
  if (first && constants.length === 1) return first.bytes;
  const bytes = new Uint8Array(constants.reduce((sum, constant) => sum + paged(constant.bytes.length), 0));
  let at = 0;
  for (const constant of constants) {
    bytes.set(constant.bytes, at);
    at += paged(constant.bytes.length);
  }
  return bytes;
}

/**
 * A graph as files: one, or, where its weights are above a size, the model and its weights beside it (ONNX's external data) in `NAME_data`,
 * `NAME_data_1`, …, as optimum and transformers.js name them. A weight that is larger than a file has one to itself.
 *
 * @param name of the model's file, without folders @returns the model first
 * @throws {RangeError} for a `maxFileSize` that is no whole number from 1
 */
export function onnxFiles(graph: OnnxGraph, name: string, options: OnnxFileOptions = {}): readonly OnnxFile[] {
  checkOptions('onnxFiles', options, { maxFileSize: whole(1) });
  const { maxFileSize: most = largestFile } = options;
  if (heldBytes(graph.constants) <= Math.min(most, largestFile)) return [{ name, bytes: () => encodeOnnx(graph) }];
  const laid = layOut(
    graph.constants.filter(({ bytes }) => bytes.length >= small),
    most,
  );
  const nameOf = (i: number) => `${name}_data${i === 0 ? '' : `_${i}`}`;
  const outside = new Map<OnnxConstant, OutsidePlace>();
  for (const [i, constants] of laid.entries()) {
    let offset = 0;
    for (const constant of constants) {
      outside.set(constant, { location: nameOf(i), offset });
      offset += paged(constant.bytes.length);
    }
  }
  return [
    { name, bytes: () => encodeOnnx(graph, outside) },
    ...laid.map((constants, i) => ({ name: nameOf(i), bytes: () => joined(constants) })),
  ];
}
