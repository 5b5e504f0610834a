import { bleu, classScores, entityF1, matthewsCorrelation, rouge, spanScores, spearmanCorrelation } from '@cloze/eval';
import type { z } from 'zod';
import type { PredictionSet } from '../recipes/parts/prediction-set.ts';
import type { scoreSchema } from './record-schema.ts';

/** One figure of one set of predictions. */
export type Score = Readonly<z.infer<typeof scoreSchema>>;

const mean = (values: readonly number[], weights?: readonly number[]) => {
  const total = weights ? weights.reduce((a, b) => a + b, 0) : values.length;
  return values.reduce((sum, value, i) => sum + value * (weights?.[i] ?? 1), 0) / (total || 1);
};
const round = (value: number) => Number(value.toFixed(4));

/**
 * All figures of a set of predictions: accuracy, F1 or Matthews' correlation of two classes, F1 of entities, exact match or F1 of spans, loss in nats a token,
 * ROUGE and sentence BLEU by characters, or Spearman's correlation.
 *
 * All but losses are in percent. The articles score titles by the mean of sentence BLEU with NLTK's method 1, and so does this.
 */
export function scoreSet(set: PredictionSet): Score[] {
  const { name } = set;
  const n = set.lines.length;
  if (n === 0) return [];
  const better = { set: name, n, higherIsBetter: true } as const;
  switch (set.kind) {
    case 'class': {
      const examples = set.lines.map(({ label, prediction }) => (label === prediction ? 100 : 0));
      return [{ ...better, metric: 'accuracy', value: mean(examples), examples }];
    }
    case 'f1':
    case 'matthews': {
      const [said, meant] = [
        set.lines.map(({ prediction }) => Number(prediction)),
        set.lines.map(({ label }) => Number(label)),
      ];
      const value =
        set.kind === 'f1' ? (classScores(said, meant, [1])[0]?.f1 as number) : matthewsCorrelation(said, meant);
      return [{ ...better, metric: set.kind === 'f1' ? 'F1' : 'Matthews', value: 100 * value, examples: [] }];
    }
    case 'entities': {
      const tagsOf = (text: string) => text.split(' ');
      const value = entityF1(
        set.lines.map(({ prediction }) => tagsOf(prediction)),
        set.lines.map(({ label }) => tagsOf(label)),
      );
      return [{ ...better, metric: 'entity F1', value: 100 * value, examples: [] }];
    }
    case 'exact-match':
    case 'overlap': {
      const part = set.kind === 'overlap' ? 'f1' : 'exactMatch';
      const examples = set.lines.map(({ prediction, references }) =>
        round(100 * spanScores([prediction], [references])[part]),
      );
      return [{ ...better, metric: set.kind === 'overlap' ? 'F1' : 'exact match', value: mean(examples), examples }];
    }
    case 'loss': {
      const weights = set.lines.map(({ tokens }) => tokens);
      const examples = set.lines.map(({ loss, tokens }) => round(loss / (tokens || 1)));
      return [
        {
          ...better,
          metric: 'loss',
          value: mean(examples, weights),
          higherIsBetter: false,
          examples,
          weights,
        },
      ];
    }
    case 'similarity': {
      const correlation = spearmanCorrelation(
        set.lines.map(({ label }) => label),
        set.lines.map(({ prediction }) => prediction),
      );
      // Constant predictions say nothing of similarity.
      return [
        { ...better, metric: 'Spearman', value: Number.isNaN(correlation) ? 0 : 100 * correlation, examples: [] },
      ];
    }
    case 'text': {
      const rouges = set.lines.map(({ prediction, reference }) =>
        rouge(prediction.toLowerCase(), reference.toLowerCase()),
      );
      const figures: Readonly<Record<string, readonly number[]>> = {
        'ROUGE-L': rouges.map(({ rougeL }) => round(100 * rougeL.f)),
        'ROUGE-1': rouges.map(({ rouge1 }) => round(100 * rouge1.f)),
        'ROUGE-2': rouges.map(({ rouge2 }) => round(100 * rouge2.f)),
        BLEU: set.lines.map(({ prediction, reference }) =>
          prediction === '' ? 0 : round(100 * bleu([prediction.toLowerCase()], [reference.toLowerCase()])),
        ),
      };
      return Object.entries(figures).map(([metric, examples]) => ({
        ...better,
        metric,
        value: mean(examples),
        examples,
      }));
    }
  }
}
