import type { Checkpoints, SavedVariables } from '@cloze/trainer';

/** Variables of a training, of which a part can be read. */
interface ReadableVariables extends SavedVariables {
  readPart(part: 'parameters'): unknown;
}

/**
 * What a run saves, or, without checkpoints, only looks at before it calls itself finished: the parameters, for the optimiser's moments would be
 * copied for nothing.
 */
export const watched = (
  variables: ReadableVariables,
  checkpoints: Checkpoints | undefined,
): { readonly variables: SavedVariables; readonly checkpoints?: Checkpoints } =>
  checkpoints
    ? { variables, checkpoints }
    : {
        variables: {
          capture: () => ({ parameters: variables.readPart('parameters') }),
          restore: (...given) => variables.restore(...given),
        },
      };
