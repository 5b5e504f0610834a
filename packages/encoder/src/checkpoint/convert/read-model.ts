import { flattenTree, type HostTensor } from '@cloze/backend';
import { type FamilyName, familyOf } from '../../families/families.ts';
import type { ParameterSpec } from '../../parameters/parameter-specs.ts';
import { modelNames } from '../model-names.ts';
import { type NamedTensors, wholeNumbers } from './named-tensors.ts';
import { apart, partOfStack, transpose } from './tensor-layout.ts';

/** A tensor whose shape is not the config's. */
export interface Mismatch {
  readonly name: string;
  readonly found: readonly number[];
  readonly expected: readonly number[];
}

/** An encoder and its language-model head, as far as a file has them. */
export interface ModelLeaves {
  /** By our paths. */
  readonly leaves: Map<string, HostTensor>;
  /** The file's names of what was read. */
  readonly used: ReadonlySet<string>;
  /** What is to be drawn, once nothing else is wrong: its size is a file's word until then. */
  readonly drawn: readonly (readonly [path: string, spec: ParameterSpec])[];
  /** Names of the language-model head that the file lacks and that are drawn. */
  readonly missing: readonly string[];
  /** Names that the file lacks and that nothing replaces. */
  readonly lacking: readonly string[];
  readonly mismatched: readonly Mismatch[];
  /** The matrix before the vocabulary, where the file may have one that is not the token table. */
  readonly output: HostTensor | undefined;
  /** How many names the config asks for. */
  readonly asked: number;
  readonly problems: readonly string[];
}

/** What may be drawn, and what the config says of the output matrix. */
export interface ModelReading {
  readonly draws: boolean;
  readonly ignoreMismatched: boolean;
  readonly tied: boolean | undefined;
}

const [tablePath, outputPath] = ['embeddings/tokenTable', 'languageModel/output'];

/** Reads what the config asks for, under the family's names; tells what lacks and what has another shape. */
export function readModel(
  file: NamedTensors,
  family: FamilyName,
  { draws, ignoreMismatched, tied }: ModelReading,
): ModelLeaves {
  const { config } = file;
  const { outputName, parameterSpecs } = familyOf(family);
  const specs = new Map(flattenTree(parameterSpecs(config)));
  const pairs = modelNames(family, config);
  const leaves = new Map<string, HostTensor>();
  const used = new Set<string>();
  const drawn: [path: string, spec: ParameterSpec][] = [];
  const [missing, lacking, problems]: [string[], string[], string[]] = [[], [], []];
  const mismatched: Mismatch[] = [];

  const theirNameOf = (path: string) => pairs.find(({ ours }) => ours === path)?.theirs ?? '';
  // A tied matrix stands once in a file, under either name.
  const isUnderOutput =
    tied !== false && !config.ownOutput && !file.has(theirNameOf(tablePath)) && file.has(outputName);
  const output = tied || isUnderOutput ? undefined : file.get(outputName)?.tensor;
  const ownBiasName = outputName.replace(/weight$/, 'bias');
  /** Where a parameter stands in this file. */
  const placeOf = (ours: string, theirs: string) => {
    if (ours === tablePath && isUnderOutput) return outputName;
    // The bias beside the output matrix is the one that is added, where both are there.
    return ours === 'languageModel/bias' && file.has(ownBiasName) ? ownBiasName : theirs;
  };

  for (const { ours, theirs, transposed, part } of pairs) {
    // What is wrong with a stack is told once.
    const isFirst = !part || part.index === 0;
    const spec = specs.get(ours) as ParameterSpec;
    const found = file.get(placeOf(ours, theirs));
    if (!found) {
      if (draws && ours.startsWith('languageModel/')) {
        missing.push(theirs);
        drawn.push([ours, spec]);
      } else if (isFirst) lacking.push(theirs);
      continue;
    }
    const { name, tensor } = found;
    used.add(name);
    const [rows = 0, ...rest] = transposed ? [...spec.shape].reverse() : spec.shape;
    const expected = [rows * (part?.of ?? 1), ...rest];
    if (tensor.dtype !== 'float32') {
      if (isFirst) problems.push(wholeNumbers(name, tensor));
    } else if (tensor.shape.join() !== expected.join()) {
      if (isFirst) mismatched.push({ name, found: tensor.shape, expected });
      if (draws && ignoreMismatched) drawn.push([ours, spec]);
      else if (isFirst) problems.push(`'${name}' is [${tensor.shape}], the config asks for [${expected}]`);
    } else {
      const own = part ? partOfStack(tensor, part) : tensor;
      leaves.set(ours, transposed ? transpose(own) : apart(own));
    }
  }

  const { shape: table } = specs.get(tablePath) as ParameterSpec;
  // A matrix that the config says is the head's own, and that a file with the rest of the head lacks, is no tied one.
  if (tied === false && !output && file.has(theirNameOf('languageModel/transform/kernel'))) {
    if (draws) {
      missing.push(outputName);
      drawn.push([outputPath, { shape: table, initial: 'normal' }]);
    } else lacking.push(outputName);
  }
  if (output && output.shape.join() !== table.join())
    problems.push(`'${outputName}' is [${output.shape}], the config asks for [${table}]`);
  return { leaves, used, drawn, missing, lacking, mismatched, output, asked: pairs.length, problems };
}

const sameValues = (a: HostTensor, b: HostTensor) =>
  a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);

/** The output matrix becomes a parameter of its own, where it is not the token table once more. */
export function setOwnOutput({ leaves, output }: ModelLeaves): void {
  if (output && !sameValues(output, leaves.get(tablePath) as HostTensor)) leaves.set(outputPath, output);
}
