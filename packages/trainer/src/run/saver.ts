import { flattenTree, isHostTensor } from '@cloze/backend';
import { firstNonFinite } from '../checkpoints/non-finite.ts';
import type { Checkpoints } from '../checkpoints/open-checkpoints.ts';
import type { Checkpoint } from '../checkpoints/read-checkpoint.ts';
import { keyedByPart } from './keyed-by-part.ts';
import type { TrainingCallback } from './training-callback.ts';
import { resumedState, type TrainingState } from './training-state.ts';

/** Tells every callback in turn; one that fails is reported and does not end a run, unless it is required. */
export type Announce = (call: (callback: TrainingCallback) => unknown) => Promise<void>;

/** An `Announce` over some callbacks. */
export const announceTo =
  (callbacks: readonly TrainingCallback[], warn: (message: string) => void): Announce =>
  async (call) => {
    for (const callback of callbacks) {
      try {
        await call(callback);
      } catch (error) {
        if (callback.required) throw error;
        warn(`a callback failed: ${error instanceof Error ? error.message : error}; training goes on.`);
      }
    }
  };

/** Today's path of a leaf of an older checkpoint. */
export type Rename = (path: string) => string;

/** All tensors that change in a run: `Variables` of `@cloze/backend` are this. */
export interface SavedVariables {
  /** Trees of host tensors by name: parameters, optimiser, average. */
  capture(): Readonly<Record<string, unknown>>;
  /** Puts a checkpoint's leaves back, former paths renamed. @throws where one is missing, unexpected or of another shape */
  restore(checkpoint: Pick<Checkpoint, 'tensors'>, options: { readonly rename: Rename }): void;
}

/** Saves a run and brings it back. */
export interface Saver {
  /** The state of the newest checkpoint, its tensors put back; `undefined` in a fresh folder. */
  resume(configuration: unknown): Promise<TrainingState | undefined>;
  /** Saves unless this very state is saved already. */
  save(state: TrainingState, metrics?: Readonly<Record<string, number>>): Promise<void>;
  /** The name of the newest checkpoint. */
  last(): string | undefined;
  /** Where what is trained now holds a number that is not finite; undefined where all is sound, or was looked at when it was saved. */
  unsound(): string | undefined;
}

/** Saves nothing without checkpoints, and looks at what is trained all the same. */
export function saverOf(
  checkpoints: Checkpoints | undefined,
  { variables, rename }: { readonly variables: SavedVariables | undefined; readonly rename: Rename },
  announce: Announce,
): Saver {
  const look = () => {
    const trees = Object.entries(variables?.capture() ?? {});
    return firstNonFinite(
      trees.flatMap(([name, tree]) =>
        flattenTree(tree, isHostTensor).map(([path, leaf]) => [`${name}/${path}`, leaf] as const),
      ),
    );
  };
  if (!checkpoints)
    return { resume: async () => undefined, save: async () => {}, last: () => undefined, unsound: look };
  if (!variables) throw new RangeError('runTraining: with checkpoints, variables must say what is saved and put back.');
  let lastName: string | undefined;
  let saved: TrainingState | undefined;
  return {
    resume: async (configuration) => {
      const found = await checkpoints.latest();
      if (!found) return undefined;
      saved = resumedState(found.state, configuration);
      variables.restore({ tensors: keyedByPart(found.tensors) }, { rename });
      lastName = `checkpoint-${found.step}`;
      return saved;
    },
    save: async (state, metrics = {}) => {
      if (saved === state) return;
      const name = await checkpoints.save({ step: state.step, tensors: variables.capture(), state, metrics });
      lastName = name;
      saved = state;
      await announce((callback) => callback.onSave?.(state.step, name));
    },
    last: () => lastName,
    // A checkpoint of it was looked at as it was written, or read.
    unsound: () => undefined,
  };
}
