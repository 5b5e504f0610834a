import type { OnnxGraph, OnnxNode } from '../onnx/onnx-model.ts';

const node = (
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ type, inputs, outputs, attributes, domain: '' });

/**
 * A graph of rows that stand in runs: what took `[batch, length]` takes `[batch, run, length]`, and a result of one number a row, `[batch, 1]`, is
 * `[batch, run]`. The rows themselves are read as before, all runs one after the other.
 *
 * @param run what the new axis is called: `num_choices`, say
 */
export function rowsInRuns({ nodes, constants, inputs, outputs, between = [] }: OnnxGraph, run: string): OnnxGraph {
  const [first] = inputs as readonly [OnnxGraph['inputs'][0]];
  const flat = (name: string) => `${name}.rows`;
  const taken = new Map(inputs.map(({ name }) => [name, flat(name)]));
  const results = new Set(outputs.map(({ name }) => name));
  const size = 'runs.size';
  const named = (extent: number | string) => (extent === first.shape[0] ? `${extent}*${run}` : extent);
  return {
    nodes: [
      ...inputs.map(({ name }) => node('Flatten', [name], [flat(name)], { axis: 2 })),
      node('Shape', [first.name], [size], { start: 0, end: 2 }),
      ...nodes.flatMap((one) => {
        const inner = { ...one, inputs: one.inputs.map((name) => taken.get(name) ?? name) };
        const [from, to] = [inner.inputs[0] as string, inner.outputs[0] as string];
        // A result stays the last node of its kind, which other steps look for.
        if (!results.has(to)) return [inner];
        return [node('Reshape', [from, size], [`${to}.runs`]), { ...inner, inputs: [`${to}.runs`] }];
      }),
    ],
    constants,
    inputs: inputs.map((value) => ({ ...value, shape: [value.shape[0] as string, run, value.shape[1] as string] })),
    outputs: outputs.map((value) => ({ ...value, shape: [value.shape[0] as string, run] })),
    between: between.map((value) => ({ ...value, shape: value.shape.map(named) })),
  };
}
