import { reshape, slice, type Tensor } from '@cloze/backend';
import { type HeadKind, predictTokens } from '@cloze/encoder';
import { sentenceSettings, sentenceVectors } from '../embed/embed.ts';
import type { LoadedModel, ModelTensors } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';
import { choiceOutputs, type HeadOutputs, sequenceOutputs, spanOutputs, tokenOutputs } from '../tasks/head-outputs.ts';
import { savedHead } from '../tasks/saved-task.ts';

/** What an exported model does, by the names of transformers' pipelines, and optimum's where those have none. */
export const exportTasks = [
  'fill-mask',
  'text-classification',
  'token-classification',
  'question-answering',
  'multiple-choice',
  'feature-extraction',
] as const;

/** What an exported model does, by the names of transformers' pipelines, and optimum's where those have none. */
export type ExportTask = (typeof exportTasks)[number];

/** A function of weights and token rows whose results are named as optimum names them. */
export type Exported = (tensors: ModelTensors, batch: ModelBatch<Tensor>) => Readonly<Record<string, Tensor>>;

/** What a head is asked for. */
const taskOfHead = {
  sequence: 'text-classification',
  tokens: 'token-classification',
  span: 'question-answering',
  choice: 'multiple-choice',
} as const satisfies Readonly<Record<HeadKind, ExportTask>>;

/** The task that a checkpoint is for: its head's, else masked tokens where it predicts them, else vectors. */
export function taskOf(model: LoadedModel): ExportTask {
  const head = savedHead(model);
  if (head !== undefined) return taskOfHead[head];
  const predicts = !model.loaded.missing.some((name) => /predictions|lm_head|^decoder|^vocab_/.test(name));
  return predicts && model.visibility !== 'before' && !model.config.predictsNext ? 'fill-mask' : 'feature-extraction';
}

/** What a head does, and what it is for, as messages say it. */
const headWords: Readonly<Record<HeadKind, readonly [does: string, of: string]>> = {
  sequence: ['classifies texts', 'texts'],
  tokens: ['labels tokens', 'tokens'],
  span: ['finds spans', 'spans'],
  choice: ['chooses', 'choices'],
};

/** The checkpoint's head of a kind. @param outputsOf by the number of its outputs @throws {Error} naming the head there is */
function headOf(model: LoadedModel, kind: HeadKind, outputsOf: (outputs: number) => HeadOutputs): HeadOutputs {
  const { classifier, span } = model.loaded;
  const found = savedHead(model);
  const weights = kind === 'span' ? span : classifier;
  if (found !== kind || !weights) {
    const has = found === undefined ? 'no fine-tuned head' : `a head for ${headWords[found][1]}`;
    throw new Error(
      `${model.name} has ${has}, and none that ${headWords[kind][0]}; fine-tune it first, or name another task.`,
    );
  }
  return outputsOf(weights.bias.shape[0] as number);
}

/** Logits of a head that reads one vector of a row, or every token. */
function headLogits(model: LoadedModel, kind: HeadKind, outputsOf: (outputs: number) => HeadOutputs): Exported {
  const { evaluate } = headOf(model, kind, outputsOf);
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
    case 'multiple-choice':
      // One logit a candidate: candidates of a question are rows in a run.
      return headLogits(model, 'choice', () => choiceOutputs(model, 1));
    case 'question-answering': {
      const { evaluate } = headOf(model, 'span', () => spanOutputs(model));
      return (tensors, batch) => {
        const { logits } = evaluate(tensors, batch);
        const [rows, , length] = logits.shape as [number, number, number];
        const side = (i: number) => reshape(slice(logits, [0, i, 0], [rows, 1, length]), [rows, length]);
        return { start_logits: side(0), end_logits: side(1) };
      };
    }
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
