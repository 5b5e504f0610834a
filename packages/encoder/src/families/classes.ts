import type { Family } from './family.ts';

/** Names of transformers' classes, which differ between families by how they begin. */
export function classesOf(prefix: string): Family['classes'] {
  return {
    tokenPrediction: `${prefix}ForMaskedLM`,
    detection: `${prefix}ForPreTraining`,
    sequence: `${prefix}ForSequenceClassification`,
    tokens: `${prefix}ForTokenClassification`,
    span: `${prefix}ForQuestionAnswering`,
    choice: `${prefix}ForMultipleChoice`,
  };
}
