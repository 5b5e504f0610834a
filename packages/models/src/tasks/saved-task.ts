import type { LoadedModel } from '../model/loaded-model.ts';
import { prepareChoice } from './choice.ts';
import { prepareClassification } from './classification.ts';
import { prepareMultiLabel } from './multi-label.ts';
import type { PreparedTask } from './prepared-task.ts';
import { prepareRegression } from './regression.ts';
import { prepareSpan } from './span.ts';
import { prepareTokens } from './tokens.ts';

/** What the head of a checkpoint is made for; undefined for one without. */
export const savedHead = ({ loaded: { head, classifier, span } }: LoadedModel) =>
  head?.kind ?? (classifier ? 'sequence' : span ? 'span' : undefined);

/** Raised for a checkpoint without a head. */
export const withoutHead = ({ name }: Pick<LoadedModel, 'name'>): Error =>
  new Error(`${name} has no head that predicts; fine-tune it first (fineTune, or cloze fine-tune).`);

/** Names of the classes of a checkpoint's head, numbered where its `config.json` names none. */
export const savedLabels = ({ loaded: { head, classifier } }: LoadedModel): readonly string[] =>
  head?.labels ?? Array.from({ length: classifier?.bias.shape[0] ?? 0 }, (_, i) => `LABEL_${i}`);

/**
 * The task that a checkpoint's head was trained on, by what its `config.json` says: its class, `problem_type` and `id2label`.
 *
 * @returns undefined for a checkpoint without a head
 */
export function savedTask(model: LoadedModel): PreparedTask | undefined {
  const kind = savedHead(model);
  if (kind === undefined) return undefined;
  const { head, classifier } = model.loaded;
  const setting = { model, labels: savedLabels(model) };
  switch (kind) {
    case 'tokens':
      return prepareTokens(
        { kind: 'tokens', words: 'words', tags: 'tags', crf: model.loaded.crf !== undefined },
        setting,
      );
    case 'span':
      return prepareSpan({ kind: 'span', question: 'question', context: 'context', answer: 'answer' }, setting);
    case 'choice':
      return prepareChoice({ kind: 'choice', text: 'text', choices: 'choices', label: 'label' }, setting);
    case 'sequence':
      if (head?.problemType === 'regression' || classifier?.bias.shape[0] === 1)
        return prepareRegression({ kind: 'regression', text: 'text', value: 'value' }, setting);
      if (head?.problemType === 'multi_label_classification')
        return prepareMultiLabel({ kind: 'multi-label', text: 'text', labels: 'labels' }, setting);
      return prepareClassification({ kind: 'classification', text: 'text', label: 'label' }, setting);
  }
}
