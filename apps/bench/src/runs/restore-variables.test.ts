import { createVariables, flattenTree, type HostTensor, tfjsEngine } from '@cloze/backend';
import { encoderConfig, formerNames, initialParameters } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { expect, it } from 'vitest';
import { restoreVariables } from './restore-variables.ts';

it('a checkpoint written under the former names is put back into parameters and moments of today', async () => {
  const config = encoderConfig({ vocabularySize: 11, width: 8, layers: 1, heads: 2, maximumLength: 6 });
  const parameters = { encoder: initialParameters(config, streamFrom(1)) };
  const variables = createVariables(await tfjsEngine('cpu'), {
    parameters,
    optimiser: { mean: parameters, variance: parameters },
  });
  const formerPath = (path: string) =>
    Object.entries(formerNames).reduce((name, [old, current]) => name.replace(current, old), path);
  const stored = (seed: number) =>
    flattenTree(initialParameters(config, streamFrom(seed)) as unknown as Record<string, HostTensor>);
  const [saved, mean, variance] = [stored(2), stored(3), stored(4)];
  const named = (prefix: string, leaves: typeof saved) =>
    leaves.map(([path, leaf]) => [`${prefix}${formerPath(path)}`, leaf] as const);
  const tensors = {
    parameters: new Map(named('encoder/', saved)),
    optimiser: new Map([...named('mean/encoder/', mean), ...named('variance/encoder/', variance)]),
  };
  expect([...tensors.optimiser.keys()]).toContain('mean/encoder/embeddings/words');
  restoreVariables(variables, { step: 1, metrics: {}, state: {}, tensors });
  const read = variables.read();
  expect(flattenTree(read.parameters.encoder as unknown as Record<string, HostTensor>)).toEqual(saved);
  expect(flattenTree(read.optimiser.variance.encoder as unknown as Record<string, HostTensor>)).toEqual(variance);
  variables.dispose();
});
