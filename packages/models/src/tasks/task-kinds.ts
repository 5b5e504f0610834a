import { type ChoiceInput, type ChoicePrediction, prepareChoice } from './choice.ts';
import { type ClassPrediction, prepareClassification } from './classification.ts';
import { type GeneratedPrediction, prepareGeneration } from './generation.ts';
import { type MultiLabelPrediction, prepareMultiLabel } from './multi-label.ts';
import type { PreparedTask, TaskSetting } from './prepared-task.ts';
import { type NumberPrediction, prepareRegression } from './regression.ts';
import { prepareSentenceVectors, type VectorPrediction } from './sentence-vectors.ts';
import { prepareSpan, type SpanInput, type SpanPrediction } from './span.ts';
import type { Task } from './task.ts';
import type { TextInput } from './text-inputs.ts';
import { prepareTokens, type TagsPrediction } from './tokens.ts';

/** What each kind of task is asked, and what it answers. */
export interface TaskTypes {
  readonly classification: {
    readonly input: TextInput;
    readonly prediction: ClassPrediction;
    readonly figures: 'accuracy' | 'macroF1';
  };
  readonly 'multi-label': {
    readonly input: TextInput;
    readonly prediction: MultiLabelPrediction;
    readonly figures: 'microF1' | 'macroF1' | 'exactMatch';
  };
  readonly regression: {
    readonly input: TextInput;
    readonly prediction: NumberPrediction;
    readonly figures: 'spearman' | 'pearson' | 'meanSquaredError';
  };
  readonly tokens: {
    readonly input: readonly string[];
    readonly prediction: TagsPrediction;
    readonly figures: 'taggedF1' | 'entityF1' | 'accuracy';
  };
  readonly span: {
    readonly input: SpanInput;
    readonly prediction: SpanPrediction;
    readonly figures: 'f1' | 'exactMatch';
  };
  readonly choice: { readonly input: ChoiceInput; readonly prediction: ChoicePrediction; readonly figures: 'accuracy' };
  readonly 'sentence-vectors': {
    readonly input: TextInput;
    readonly prediction: VectorPrediction;
    readonly figures: 'spearman' | 'pearson';
  };
  readonly generation: {
    readonly input: string;
    readonly prediction: GeneratedPrediction;
    readonly figures: 'rougeL' | 'rouge1' | 'rouge2' | 'exactMatch';
  };
}

/** What a task of this kind is asked. */
export type InputOf<T extends Task> = TaskTypes[T['kind']]['input'];
/** What a task of this kind answers. */
export type PredictionOf<T extends Task> = TaskTypes[T['kind']]['prediction'];
/** Names of the figures a task of this kind is judged by. */
export type FigureOf<T extends Task> = TaskTypes[T['kind']]['figures'];

/**
 * A task with its labels decided, for a model.
 *
 * @throws {RangeError} for a task that its rows or the model do not allow
 */
export function prepareTask<T extends Task>(task: T, setting: TaskSetting): PreparedTask<InputOf<T>, PredictionOf<T>>;
export function prepareTask(task: Task, setting: TaskSetting): PreparedTask {
  switch (task.kind) {
    case 'classification':
      return prepareClassification(task, setting);
    case 'multi-label':
      return prepareMultiLabel(task, setting);
    case 'regression':
      return prepareRegression(task, setting);
    case 'tokens':
      return prepareTokens(task, setting);
    case 'span':
      return prepareSpan(task, setting);
    case 'choice':
      return prepareChoice(task, setting);
    case 'sentence-vectors':
      return prepareSentenceVectors(task, setting);
    case 'generation':
      return prepareGeneration(task, setting);
  }
}
