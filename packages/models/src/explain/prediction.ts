import type { Tensor } from '@cloze/backend';
import type { Encoded } from '@cloze/encoder';
import type { ModelTensors } from '../model/loaded-model.ts';

/** What a model can be asked about a text. */
export interface Prediction {
  /** What is predicted, for messages: `token` or `class`. */
  readonly what: string;
  /** Inside `compile`: logits `[rows, choices]`. */
  logits(tensors: ModelTensors, encoded: Encoded, attend: Tensor): Tensor;
  /** Name of a choice. */
  nameOf(choice: number): string;
  /** The choice of a name, or undefined. */
  choiceOf(name: string): number | undefined;
}
