import { readFileSync } from 'node:fs';
import { constant, flattenTree, type HostTensor, isHostTensor, mapTree, type Tensor } from '@cloze/backend';
import { configFromHub } from '../src/checkpoint/hub-config.ts';
import { modelNames, parametersFromCheckpoint } from '../src/index.ts';
import { fingerprint, namedValues } from './architecture-fixture.ts';

/** What one objective was seen to be. */
interface SeenObjective {
  readonly loss: number;
  readonly correction?: number;
  readonly detection?: number;
  readonly states?: number[];
  readonly logits: number[];
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly slopes: Readonly<Record<string, readonly [number, number]>>;
}

/** What tooling/oracles/encoder_objectives.py wrote. */
export const objectives = JSON.parse(readFileSync(new URL('../fixtures/objectives.json', import.meta.url), 'utf8')) as {
  readonly config: Readonly<Record<string, unknown>>;
  readonly batch: Readonly<Record<'right' | 'ids' | 'attend' | 'kept' | 'stay', number[]>>;
  readonly denoising: SeenObjective;
  readonly softMasked: SeenObjective;
  readonly dropping: SeenObjective;
};

/** An objective by its name there. */
type ObjectiveName = 'denoising' | 'softMasked' | 'dropping';

const tensorOf = ({ values, shape }: HostTensor): Tensor => constant(values, shape);

/** Where a gradient stands in our tree, by its name in PyTorch, and whether it is turned there. */
type Places = ReadonlyMap<string, { readonly path: string; readonly transposed: boolean }>;

const { config } = configFromHub(objectives.config);

/** The weights of an objective: BERT's, and what else it has by name. */
export function objectiveWeights(which: ObjectiveName) {
  const { shapes } = objectives[which];
  const valuesOf = (name: string) => namedValues(name, shapes[name] ?? []);
  const file = new Map(
    Object.keys(shapes)
      .filter((name) => !/^(decoder|detector)\./.test(name))
      .map((name) => [name, valuesOf(name)]),
  );
  const read = parametersFromCheckpoint(file, config, { family: 'bert', tied: true });
  const parameters = mapTree(read.parameters, tensorOf, isHostTensor);
  const turned = ({ shape, values }: HostTensor): Tensor => {
    const [rows = 0, columns = 0] = shape;
    const out = new Float32Array(values.length);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j] as number;
    return constant(out, [columns, rows]);
  };
  const linearAt = (name: string) => ({
    kernel: turned(valuesOf(`${name}.weight`)),
    bias: tensorOf(valuesOf(`${name}.bias`)),
  });
  const normAt = (name: string) => ({
    scale: tensorOf(valuesOf(`${name}.weight`)),
    offset: tensorOf(valuesOf(`${name}.bias`)),
  });
  const gruAt = (name: string, direction: string) => {
    const part = (kind: 'ih' | 'hh') => ({
      kernel: turned(valuesOf(`${name}.weight_${kind}_l0${direction}`)),
      bias: tensorOf(valuesOf(`${name}.bias_${kind}_l0${direction}`)),
    });
    return { input: part('ih'), state: part('hh') };
  };
  return { config, parameters, linearAt, normAt, gruAt };
}

/** Ours of what is not BERT's, by PyTorch's name. */
function ownPlaces(name: string): { readonly path: string; readonly transposed: boolean } | undefined {
  const cross = /^decoder\.bert\.encoder\.layer\.(\d)\.crossattention\.(self\.value|output\.\w+)\.(weight|bias)$/.exec(
    name,
  );
  if (cross) {
    const [, layer, part = '', kind] = cross;
    const norm = part.endsWith('LayerNorm');
    const leaf = norm ? (kind === 'weight' ? 'scale' : 'offset') : kind === 'weight' ? 'kernel' : 'bias';
    const group = norm ? 'norm' : part === 'self.value' ? 'value' : 'output';
    return { path: `decoder/cross/${layer}/${group}/${leaf}`, transposed: !norm && kind === 'weight' };
  }
  const gru = /^detector\.gru\.(weight|bias)_(ih|hh)_l0(_reverse)?$/.exec(name);
  if (gru) {
    const [, kind, part, reverse] = gru;
    const path = `detector/gru/${reverse ? 'backward' : 'forward'}/${part === 'ih' ? 'input' : 'state'}/${kind === 'weight' ? 'kernel' : 'bias'}`;
    return { path, transposed: kind === 'weight' };
  }
  const prediction = /^detector\.prediction\.(weight|bias)$/.exec(name);
  if (prediction)
    return {
      path: `detector/prediction/${prediction[1] === 'weight' ? 'kernel' : 'bias'}`,
      transposed: prediction[1] === 'weight',
    };
  return undefined;
}

/** The largest difference of a gradient from PyTorch's, by its length and a product, relative to 1 + length; those that are nothing there are left out. */
export function slopesApart(which: ObjectiveName, slopes: unknown): number {
  const ours = new Map(flattenTree(slopes, isHostTensor));
  const places: Places = new Map(
    modelNames('bert', config).map(({ theirs, ours: path, transposed }) => [
      theirs,
      { path: `parameters/${path}`, transposed },
    ]),
  );
  let apart = 0;
  let compared = 0;
  for (const [name, [length, product]] of Object.entries(objectives[which].slopes)) {
    const place = places.get(name) ?? ownPlaces(name);
    if (!place) {
      // Queries and keys of attention to one vector change nothing.
      if (length > 1e-9) throw new Error(`${name} has a gradient there and none here.`);
      continue;
    }
    const found = fingerprint(ours.get(place.path) as HostTensor, place.transposed);
    apart = Math.max(apart, Math.abs(found[0] - length) / (1 + length), Math.abs(found[1] - product) / (1 + length));
    compared++;
  }
  if (compared < ours.size) throw new Error(`${compared} gradients of ${ours.size} were compared.`);
  return apart;
}

const { batch } = objectives;

/** The rows, by name. */
export const objectiveBatch = {
  right: batch.right,
  attend: batch.attend,
  rows: (name: 'right' | 'ids' | 'kept', length: number) => {
    const ids = batch[name];
    const shape = [ids.length / length, length];
    const real = name === 'kept' ? ids.map((id) => (id === 0 ? 0 : 1)) : batch.attend;
    return {
      ids: constant(ids, shape, 'int32'),
      segments: constant(new Int32Array(ids.length), shape, 'int32'),
      attend: constant(real, shape, 'bool'),
    };
  },
};
