import type { Program, Trace } from '../engines/engine.ts';
import type { HostTensor } from '../expression/host-tensors.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';

/** How many are named of each table. */
const named = 3;

/** The tensor behind reshapes and sums with constants, as it was fed. */
function fedAs({ operation, shape }: Tensor): { readonly path?: string; readonly shape: readonly number[] } {
  if (isA(operation, 'input')) return { path: operation.attributes.path, shape };
  const [from] = operation.inputs;
  return from && (operation.primitive.name === 'reshape' || operation.primitive.name === 'stopGradient')
    ? fedAs(from)
    : { shape };
}

/** What a table is called: a variable's or input's path, behind reshapes and casts. */
function nameOf({ operation }: Tensor): string | undefined {
  if (isA(operation, 'variable') || isA(operation, 'input')) return `'${operation.attributes.path}'`;
  const [from] = operation.inputs;
  const { name } = operation.primitive;
  return from && (name === 'reshape' || name === 'cast' || name === 'stopGradient' || name === 'transpose')
    ? nameOf(from)
    : undefined;
}

/** What is looked up: a table by name, or the columns of scores. */
function tableOf(bounded: Operation, order: readonly Operation[]): string {
  const [places] = bounded.outputs as [Tensor];
  const reaches = (tensor: Tensor): boolean =>
    tensor === places || (tensor.dtype === 'int32' && tensor.operation.inputs.some(reaches));
  for (const { primitive, inputs } of order) {
    const [table, indices] = inputs;
    if (!table || !indices || !['gatherRows', 'pickColumns', 'segmentSum'].includes(primitive.name)) continue;
    if (reaches(indices)) return primitive.name === 'pickColumns' ? 'classes' : `rows of ${nameOf(table) ?? 'a table'}`;
  }
  return 'rows';
}

/** The place of an element in a shape, as `[row, column]`. */
function placeIn(index: number, shape: readonly number[]): string {
  const place: number[] = [];
  let rest = index;
  for (const extent of shape.toReversed()) {
    place.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return place.length > 1 ? `row ${place[0]}, place ${place.slice(1).join(', ')}` : `row ${index}`;
}

/** Finds what a batch asks for outside of its tables, by computing only what is asked for; prepared at the first question. */
export function misplacedIn(
  order: readonly Operation[],
  inputs: Trace['inputs'],
  prepare: Program['prepare'],
): (feeds: ReadonlyMap<string, HostTensor>) => Promise<string[]> {
  const lookups = order.flatMap((operation) => (isA(operation, 'bounded') ? [operation] : []));
  let run: ReturnType<Program['prepare']> | undefined;
  return async (feeds) => {
    if (lookups.length === 0) return [];
    const asked = lookups.map((operation) => ({ operation, ...fedAs(operation.inputs[0] as Tensor) }));
    // What was fed as it is asked for is here already, and an engine does not give back what it is handed.
    const computed = asked
      .filter(({ path }) => path === undefined)
      .map(({ operation }) => operation.inputs[0] as Tensor);
    if (computed.length > 0) run ??= prepare({ inputs, outputs: computed, updates: [] });
    const found = (await run?.(feeds)) ?? [];
    let next = 0;
    const told = new Set<string>();
    for (const { operation, path, shape } of asked) {
      const { count } = operation.attributes;
      const { values } = (path === undefined ? found[next++] : feeds.get(path)) as HostTensor;
      const wrong: string[] = [];
      let more = 0;
      for (let at = 0; at < values.length; at++) {
        const value = values[at] as number;
        if (value >= 0 && value < count) continue;
        if (wrong.length < named) wrong.push(`${value} (${placeIn(at, shape)})`);
        else more++;
      }
      if (wrong.length === 0) continue;
      told.add(
        `${path ? `'${path}'` : 'a computed index'} asks for ${wrong.join(', ')}${more > 0 ? ` and ${more} more` : ''}, the ${tableOf(operation, order)} are 0 to ${count - 1}`,
      );
    }
    return [...told];
  };
}
