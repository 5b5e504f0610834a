import type { Tensor } from '@cloze/backend';
import { predictTokens } from '@cloze/encoder';
import { sentenceSettings, sentenceVectors } from '../embed/embed.ts';
import type { LoadedModel, ModelTensors } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';
import { type HeadOutputs, sequenceOutputs, tokenOutputs } from '../tasks/head-outputs.ts';
import { savedHead } from '../tasks/saved-task.ts';

/** What an exported model does, by the names of transformers' pipelines. */
export const exportTasks = ['fill-mask', 'text-classification', 'token-classification', 'feature-extraction'] as const;

/** What an exported model does, by the names of transformers' pipelines. */
export type ExportTask = (typeof exportTasks)[number];

/** A function of weights and token rows whose results are named as optimum names them. */
export type Exported = (tensors: ModelTensors, batch: ModelBatch<Tensor>) => Readonly<Record<string, Tensor>>;

/** The task that a checkpoint is for: its head's, else masked tokens where it predicts them, else vectors. */
export function taskOf(model: LoadedModel): ExportTask {
  const head = savedHead(model);
  if (head === 'sequence') return 'text-classification';
  if (head === 'tokens') return 'token-classification';
  const predicts = !model.loaded.missing.some((name) => /predictions|lm_head|^decoder|^vocab_/.test(name));
  return predicts && model.visibility !== 'before' && !model.config.predictsNext ? 'fill-mask' : 'feature-extraction';
}

/** Logits of a head that reads one vector of a row, or every token. */
function headLogits(
  model: LoadedModel,
  kind: 'sequence' | 'tokens',
  outputsOf: (outputs: number) => HeadOutputs,
): Exported {
  const { classifier } = model.loaded;
  const found = savedHead(model);
  if (found !== kind || !classifier) {
    const asked = kind === 'sequence' ? 'classifies texts' : 'labels tokens';
    const has =
      found === undefined
        ? 'no fine-tuned head'
        : `a head for ${{ sequence: 'texts', tokens: 'tokens', span: 'spans', choice: 'choices' }[found]}`;
    throw new Error(`${model.name} has ${has}, and none that ${asked}; fine-tune it first, or name another task.`);
  }
  const { evaluate } = outputsOf(classifier.bias.shape[0] as number);
  return (tensors, batch) => ({ logits: evaluate(tensors, batch).logits });
}

/** What is computed for a task. @throws {Error} naming the head that the checkpoint lacks, or why the task does not suit it */
export function exportedFunction(model: LoadedModel, task: ExportTask): Exported {
  switch (task) {
    case 'fill-mask':
      model.needHead();
      if (model.visibility === 'before')
        throw new Error(
          `${model.name} reads from left to right, and fills no mask; name the task feature-extraction for its vectors.`,
        );
      if (model.config.predictsNext)
        throw new Error(
          `${model.name} names the token behind each output (predictsNext), which no reader of fill-mask knows; name the task feature-extraction for its vectors.`,
        );
      return ({ encoder }, batch) => ({
        logits: predictTokens(encoder, model.forward(encoder, batch).hidden, 'all', model.config),
      });
    case 'text-classification':
      return headLogits(model, 'sequence', (outputs) => sequenceOutputs(model, outputs));
    case 'token-classification':
      return headLogits(model, 'tokens', (outputs) => tokenOutputs(model, outputs));
    case 'feature-extraction': {
      const settings = sentenceSettings(model, {});
      return (tensors, batch) => {
        const encoded = model.forward(tensors.encoder, batch);
        return {
          last_hidden_state: encoded.hidden,
          sentence_embedding: sentenceVectors(tensors, encoded, batch.attend, settings),
        };
      };
    }
  }
}
