import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { accuracy } from './accuracy.ts';
import { classScores } from './class-scores.ts';
import { entityF1 } from './entity-f1.ts';
import { entityScores } from './entity-scores.ts';
import { entitySpans } from './entity-spans.ts';
import { macroF1 } from './macro-f1.ts';
import { matthewsCorrelation } from './matthews-correlation.ts';
import { pearsonCorrelation } from './pearson-correlation.ts';
import { spanScores } from './span-scores.ts';
import { spearmanCorrelation } from './spearman-correlation.ts';

const { entities, binary, classes, correlations, answers } = oracle<{
  entities: {
    labels: string[][];
    predictions: string[][];
    f1: number;
    types: [type: string, precision: number, recall: number, f1: number, support: number][];
  }[];
  binary: { labels: number[]; predictions: number[]; accuracy: number; f1: number; matthews: number }[];
  classes: { labels: number[]; predictions: number[]; accuracy: number; macroF1: number; matthews: number }[];
  correlations: { a: number[]; b: number[]; pearson: number; spearman: number }[];
  answers: { answer: string; references: string[]; f1: number; exact: number }[];
}>('task-metrics');

it('entities, all and by type: 240 cases equal seqeval', () => {
  expect(entities).toHaveLength(240);
  for (const { labels, predictions, f1, types } of entities) {
    expect(entityF1(predictions, labels), JSON.stringify(labels)).toBeCloseTo(f1, 12);
    const found = entityScores(predictions, labels);
    expect(found.map(({ type }) => type)).toEqual(types.map(([type]) => type));
    for (const [i, [, precision, recall, own, support]] of types.entries())
      expect(found[i]).toMatchObject({
        precision: expect.closeTo(precision, 12),
        recall: expect.closeTo(recall, 12),
        f1: expect.closeTo(own, 12),
        support,
      });
  }
});

it('CoLA’s, MRPC’s and QQP’s metrics: 220 cases equal scikit-learn', () => {
  expect(binary).toHaveLength(220);
  for (const { labels, predictions, accuracy: share, f1, matthews } of binary) {
    expect(accuracy(predictions, labels)).toBeCloseTo(share, 12);
    expect(classScores(predictions, labels, [1])[0]?.f1).toBeCloseTo(f1, 12);
    expect(matthewsCorrelation(predictions, labels)).toBeCloseTo(matthews, 12);
  }
});

it('accuracy, macro-F1 and Matthews of up to six classes: 220 cases equal scikit-learn', () => {
  expect(classes).toHaveLength(220);
  for (const { labels, predictions, accuracy: share, macroF1: f1, matthews } of classes) {
    expect(accuracy(predictions, labels)).toBeCloseTo(share, 12);
    expect(macroF1(predictions, labels)).toBeCloseTo(f1, 12);
    expect(matthewsCorrelation(predictions, labels)).toBeCloseTo(matthews, 12);
  }
});

it('STS-B’s metrics: 220 cases with ties equal SciPy', () => {
  expect(correlations).toHaveLength(220);
  for (const { a, b, pearson, spearman } of correlations) {
    expect(pearsonCorrelation(b, a)).toBeCloseTo(pearson, 10);
    expect(spearmanCorrelation(b, a)).toBeCloseTo(spearman, 10);
  }
});

it('CMRC2018’s F1 and exact match: 260 cases equal its rules with NLTK', () => {
  expect(answers).toHaveLength(260);
  for (const { answer, references, f1, exact } of answers) {
    const found = spanScores([answer], [references]);
    expect(found.f1, JSON.stringify([answer, references])).toBeCloseTo(f1, 12);
    expect(found.exactMatch, JSON.stringify([answer, references])).toBe(exact);
  }
  const all = spanScores(
    answers.map(({ answer }) => answer),
    answers.map(({ references }) => references),
  );
  expect(all.f1).toBeCloseTo(answers.reduce((sum, { f1 }) => sum + f1, 0) / answers.length, 12);
});

it('spans of tags, whatever their scheme; and what is refused', () => {
  expect(entitySpans(['O', 'B-A', 'I-A', 'S-B', 'I-B'])).toEqual([
    { type: 'A', start: 1, end: 3 },
    { type: 'B', start: 3, end: 4 },
    { type: 'B', start: 4, end: 5 },
  ]);
  expect(() => entityScores([['O']], [['O', 'O']])).toThrow('predictions[0] has 1 tags, labels[0] 2');
  expect(() => spanScores(['甲'], [[]])).toThrow('references[0] is empty');
  expect(() => spanScores([], [])).toThrow('spanScores');
});
