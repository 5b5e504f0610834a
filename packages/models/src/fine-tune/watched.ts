import type { Checkpoints, SavedVariables } from '@cloze/trainer';

/** Variables of a training, whose leaves are read one by one. */
interface ViewedVariables extends Pick<SavedVariables, 'restore'> {
  view(): Readonly<Record<string, unknown>>;
}

/**
 * What a run saves, or, without checkpoints, only looks at before it calls itself finished: the parameters, for the optimiser's moments would be
 * read for nothing.
 */
export const watched = (
  { view, restore }: ViewedVariables,
  checkpoints: Checkpoints | undefined,
): { readonly variables: SavedVariables; readonly checkpoints?: Checkpoints } =>
  checkpoints
    ? { variables: { capture: view, restore }, checkpoints }
    : { variables: { capture: () => ({ parameters: view().parameters }), restore } };
