import type { LoadedModel } from '../model/loaded-model.ts';
import { prepareChoice } from './choice.ts';
import { prepareClassification } from './classification.ts';
import { prepareMultiLabel } from './multi-label.ts';
import type { PreparedTask } from './prepared-task.ts';
import { prepareRegression } from './regression.ts';
import { prepareSpan } from './span.ts';
import { prepareTokens } from './tokens.ts';

/**
 * The task that a checkpoint's head was trained on, by what its `config.json` says: its class, `problem_type` and `id2label`.
 *
 * @param choices candidates of a multiple choice, which the file does not say; default 2
 * @returns undefined for a checkpoint without a head
 */
export function savedTask(model: LoadedModel, choices = 2): PreparedTask | undefined {
  const { head, classifier, span } = model.loaded;
  const kind = head?.kind ?? (classifier ? 'sequence' : span ? 'span' : undefined);
  if (kind === undefined) return undefined;
  const outputs = classifier?.bias.shape[0] ?? 0;
  const labels = head?.labels ?? Array.from({ length: outputs }, (_, i) => `LABEL_${i}`);
  const setting = { model, labels };
  switch (kind) {
    case 'tokens':
      return prepareTokens({ kind: 'tokens', words: 'words', tags: 'tags' }, setting);
    case 'span':
      return prepareSpan({ kind: 'span', question: 'question', context: 'context', answer: 'answer' }, setting);
    case 'choice': {
      const columns = Array.from({ length: choices }, (_, i) => `choice${i}`);
      return prepareChoice({ kind: 'choice', text: 'text', choices: columns, label: 'label' }, setting);
    }
    case 'sequence':
      if (head?.problemType === 'regression' || outputs === 1)
        return prepareRegression({ kind: 'regression', text: 'text', value: 'value' }, setting);
      if (head?.problemType === 'multi_label_classification')
        return prepareMultiLabel({ kind: 'multi-label', text: 'text', labels: 'labels' }, setting);
      return prepareClassification({ kind: 'classification', text: 'text', label: 'label' }, setting);
  }
}
