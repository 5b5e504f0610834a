import { createVariables, flattenTree, referenceEngine } from '@cloze/backend';
import { currentName, encoderConfig, formerNames, initialParameters } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { expect, it } from 'vitest';

it('a checkpoint written under the former names is put back into parameters and moments of today', async () => {
  const config = encoderConfig({ vocabularySize: 11, width: 8, layers: 1, heads: 2, maximumLength: 6 });
  const parameters = { encoder: initialParameters(config, streamFrom(1)) };
  const variables = createVariables(referenceEngine(), {
    parameters,
    optimiser: { mean: parameters, variance: parameters },
  });
  const formerPath = (path: string) =>
    Object.entries(formerNames).reduce((name, [old, current]) => name.replace(current, old), path);
  const stored = (seed: number) => flattenTree(initialParameters(config, streamFrom(seed)));
  const [saved, mean, variance] = [stored(2), stored(3), stored(4)];
  const named = (prefix: string, leaves: typeof saved) =>
    leaves.map(([path, leaf]) => [`${prefix}${formerPath(path)}`, leaf] as const);
  const tensors = {
    parameters: new Map(named('encoder/', saved)),
    optimiser: new Map([...named('mean/encoder/', mean), ...named('variance/encoder/', variance)]),
  };
  expect([...tensors.optimiser.keys()]).toContain('mean/encoder/embeddings/words');
  variables.restore({ tensors }, { rename: currentName });
  const read = variables.read();
  expect(flattenTree(read.parameters.encoder)).toEqual(saved);
  expect(flattenTree(read.optimiser.variance.encoder)).toEqual(variance);
  const again = tensors.parameters.set('encoder/embeddings/tokenTable', saved[0]?.[1] as (typeof saved)[0][1]);
  expect(() => variables.restore({ tensors: { ...tensors, parameters: again } }, { rename: currentName })).toThrow(
    /'parameters\/encoder\/embeddings\/tokenTable' is there twice/,
  );
  variables.dispose();
});
