import type { ClueTask } from '@cloze/datasets';
import type { Judged } from '@cloze/models';
import type { PredictionSet } from './prediction-set.ts';

/** What predictions of all kinds have between them. */
interface Prediction {
  readonly label?: string;
  readonly value?: number;
  readonly text?: string;
  readonly index?: number;
  readonly tags?: readonly (string | null)[];
}

/**
 * Judged rows as sets of predictions, one for each official figure of the task: the first goes by the task's name, the others by the figure's too.
 */
export function benchmarkSets(
  { kind, metrics }: Pick<ClueTask, 'kind' | 'metrics'>,
  name: string,
  judged: readonly Judged[],
): PredictionSet[] {
  const each = judged.map(({ prediction, target }, id) => ({ id, prediction: prediction as Prediction, target }));
  switch (kind) {
    case 'regression': {
      const lines = each.map(({ id, prediction, target }) => ({
        id,
        label: target as number,
        prediction: prediction.value as number,
      }));
      return [{ name, kind: 'similarity', lines }];
    }
    case 'choice': {
      const lines = each.map(({ id, prediction, target }) => ({
        id,
        label: `${target}`,
        prediction: `${prediction.index}`,
      }));
      return [{ name, kind: 'class', lines }];
    }
    case 'span': {
      const lines = each.map(({ id, prediction, target }) => ({
        ...{ id, prediction: prediction.text as string },
        references: (target as { readonly texts: readonly string[] }).texts,
      }));
      return [
        { name, kind: 'exact-match', lines },
        { name: `${name} F1`, kind: 'overlap', lines },
      ];
    }
    case 'tokens': {
      const lines = each.map(({ id, prediction, target }) => ({
        ...{ id, label: (target as readonly string[]).join(' ') },
        prediction: (prediction.tags ?? []).map((tag) => tag ?? 'O').join(' '),
      }));
      return [{ name, kind: 'entities', lines }];
    }
    case 'generation': {
      const lines = each.map(({ id, prediction, target }) => ({
        id,
        reference: target as string,
        prediction: prediction.text as string,
      }));
      return [{ name, kind: 'text', lines }];
    }
    default: {
      const lines = each.map(({ id, prediction, target }) => ({
        id,
        label: target as string,
        prediction: prediction.label as string,
      }));
      const kinds = metrics.flatMap((metric): readonly (readonly ['class' | 'f1' | 'matthews', string])[] => {
        if (metric === 'accuracy') return [['class', 'accuracy']];
        if (metric === 'f1') return [['f1', 'F1']];
        return metric === 'matthewsCorrelation' ? [['matthews', 'Matthews']] : [];
      });
      return kinds.map(([own, figure], i) => ({ name: i === 0 ? name : `${name} ${figure}`, kind: own, lines }));
    }
  }
}
