import { constant, reshape } from '@cloze/backend';
import { predictTokens } from '@cloze/encoder';
import { answerColumn } from '../model/answer-column.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { Prediction } from './prediction.ts';

/** The token at a place. @throws {Error} for a checkpoint without a language-model head */
export function tokenPrediction(model: LoadedModel, place: number): Prediction {
  model.needHead();
  const answer = answerColumn(model, place);
  return {
    what: 'token',
    logits: ({ encoder }, { hidden }) => {
      const rows = hidden.shape[0] as number;
      const positions = constant(new Int32Array(rows).fill(answer), [rows, 1], 'int32');
      return reshape(predictTokens(encoder, hidden, positions, model.config), [rows, -1]);
    },
    nameOf: (choice) => model.tokenizer.tokenOf(choice) ?? String(choice),
    choiceOf: (name) => model.tokenizer.idOf(name),
  };
}
