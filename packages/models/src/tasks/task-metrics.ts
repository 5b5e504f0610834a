import { choiceMetrics } from './choice.ts';
import { classMetrics } from './classification.ts';
import { generationMetrics } from './generation.ts';
import { multiLabelMetrics } from './multi-label.ts';
import type { Metrics } from './prepared-task.ts';
import { regressionMetrics } from './regression.ts';
import { vectorMetrics } from './sentence-vectors.ts';
import { spanMetrics } from './span.ts';
import type { Task } from './task.ts';
import { tagMetrics } from './tokens.ts';

/** How the predictions of a task are judged; needs no model. @param labels names of classes; empty for tasks without */
export function metricsOfTask(task: Task, labels: readonly string[]): Metrics {
  switch (task.kind) {
    case 'classification':
      return classMetrics(labels);
    case 'multi-label':
      return multiLabelMetrics(labels);
    case 'regression':
      return regressionMetrics;
    case 'tokens':
      return tagMetrics;
    case 'span':
      return spanMetrics;
    case 'choice':
      return choiceMetrics;
    case 'sentence-vectors':
      return vectorMetrics(task.score);
    case 'generation':
      return generationMetrics;
  }
}
