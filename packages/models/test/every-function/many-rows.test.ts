import * as datasets from '@cloze/datasets';
import * as evaluation from '@cloze/eval';
import * as masking from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import * as tokenizer from '@cloze/tokenizer';
import { expect, it } from 'vitest';
import * as models from '../../src/index.ts';

/**
 * 300,000 rows through every function that takes rows: some 120,000 arguments overflow the stack, so none may be given rows as arguments, and a list
 * emptied from the front takes quadratic time: each has a minute, of which none takes ten seconds.
 */
const count = 300_000;
const vocabulary = tokenizer.vocabularyFrom([...tokenizer.specialTokens, ...'床前明月光']);
const native = tokenizer.nativeTokenizer(tokenizer.tokenizerJson(vocabulary));
const encoding = tokenizer.encode(vocabulary, '床');
const many = <T>(value: T): T[] => new Array<T>(count).fill(value);
const numbered = <T>(of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
const batch = tokenizer.padEncodings(many(encoding), { padId: 0 });
const random = streamFrom(1);
const randomOf = () => random;
const setting = { maskId: 4, candidates: { from: 5, to: 10 }, randomOf, padId: 0 };
const table = {
  source: 'here',
  columns: ['text', 'label'],
  rows: numbered((i) => ({ text: `床${i}`, label: String(i % 2) })),
};
const rows = numbered((i) => ({ line: i + 1, sentence: `床${i}`, label: '100' }));
const labels = numbered((i) => i % 3);
const values = numbered((i) => (i * 7919) % 1000);
const vectors = numbered((i) => [Math.sin(i), Math.cos(i)]);
const consumed = async (items: AsyncIterable<unknown>) => {
  let seen = 0;
  for await (const _ of items) seen++;
  return seen;
};
async function* inTime<T>(items: readonly T[]) {
  yield* items;
}
const flat = async (queries: readonly { readonly targets: readonly number[] }[]) =>
  queries.map(({ targets }) => targets.map(() => -1));
const masked = masking.targetEveryToken(batch);

const functions: Readonly<Record<string, () => unknown>> = {
  'tokenizer.nativeTokenizer': () => native.encodeBatch(many('床')),
  'tokenizer.padEncodings': () => tokenizer.padEncodings(many(encoding), { padId: 0, buckets: [4, 8] }),
  'tokenizer.trainVocabulary': () => tokenizer.trainVocabulary(many('床前'), { size: 50 }),
  'tokenizer.vocabularyFrom': () => tokenizer.vocabularyFrom([...tokenizer.specialTokens, ...numbered((i) => `t${i}`)]),
  'tokenizer.parseVocabulary': () => tokenizer.parseVocabulary(new TextEncoder().encode(many('床').join('\n'))),
  'masking.mask': () => masking.mask(batch, masking.bert, setting),
  'masking.maskBatch': () => masking.maskBatch(batch, setting),
  'masking.maskOutcomes': () => masking.maskOutcomes(batch, masked, masking.bert, { maskId: 4, padId: 0 }),
  'masking.maskByDiffusion': () => masking.maskByDiffusion(batch, { maskId: 4, randomOf }),
  'masking.keepImportant': () => masking.keepImportant(batch, masked, { importance: [0, 1] }),
  'masking.pmiOfPairs': () => masking.pmiOfPairs(many([1, 2])),
  'masking.rarerMore': () => masking.rarerMore({ counts: values })(Int32Array.from(values), 0.2),
  'masking.inProportion': () => masking.inProportion(values)(Int32Array.from(values), 0.2),
  'masking.shiftTargets': () => masking.shiftTargets(masked),
  'masking.mask, GPT-BERT': () => masking.mask(batch, masking.gptBert(), setting),
  'masking.maskCopies': () => masking.maskCopies(batch, { ...setting, rate: 0.2, predictionRate: 0.4 }),
  'masking.targetEveryToken': () => masking.targetEveryToken(batch),
  'masking.predictNext': () => masking.predictNext(batch),
  'masking.predictPrefix': () => masking.predictPrefix(batch),
  'masking.predictPermuted': () => masking.predictPermuted(batch, { randomOf }),
  'masking.replacedTokens': () => masking.replacedTokens(batch, masked, { samples: masked.targets }),
  'masking.removeTokens': () => masking.removeTokens(batch, { padId: 0, randomOf }),
  'masking.dropTokens': () => masking.dropTokens(batch, { padId: 0, randomOf }),
  'masking.splitMaskable': () => masking.splitMaskable(batch, { randomOf }),
  'masking.replaceDecoderInput': () => masking.replaceDecoderInput(batch, { randomOf }),
  'masking.countMasking': () => masking.countMasking([{ before: batch, after: masked }], { maskId: 4 }),
  'masking.expectedTargets': () => masking.expectedTargets(batch, {}),
  'masking.asOwnTargets': () => masking.asOwnTargets(batch, masked, 'next'),
  'masking.neighbourTable': () => masking.neighbourTable([batch], 10, random),
  'masking.auditPolicy': () =>
    masking.auditPolicy(masking.presetsNamed('bert')[0] as masking.NamedPolicy, [batch], {
      setting,
      randomOf,
      now: () => 0,
    }),
  'masking.buildPmiVocabulary': () => masking.buildPmiVocabulary(() => many(['床', '前'])),
  'masking.parsePmi': () => masking.parsePmi(['# cloze pmi 1 power=1 minimum=2 totals=1', ...many('1\t2\ta b')]),
  'masking.ngramIds': () =>
    masking.ngramIds(
      { entries: many({ words: ['a', 'b'], count: 2, score: 1 }), numeratorPower: 1, minimum: 2, totals: [] },
      () => [5],
      1,
    ),
  'masking.pmiNgrams': () => masking.pmiNgrams({ ngrams: numbered((i) => [i % 1000, i]) }),
  'masking.parseWordVectors': () => masking.parseWordVectors(numbered((i) => `w${i} 1 2`)),
  'masking.similarByWordVectors': () =>
    masking.similarByWordVectors(
      { words: numbered((i) => `w${i}`), width: 1, table: new Float32Array(count) },
      { tokenize: (w) => [Number(w.slice(1))] },
    ),
  'masking.candidateIds': () => masking.candidateIds(numbered((i) => `t${i}`)),
  'masking.candidatesByFrequency': () =>
    masking.candidatesByFrequency({ counts: new Float64Array(count).fill(1), ids: Int32Array.from(values) }),
  'masking.wordNumbersFromSet': () =>
    masking.wordNumbersFromSet(many('床'), { words: new Set(numbered((i) => `w${i}`)) }),
  'masking.wordNumbersFromBoundaries': () =>
    masking.wordNumbersFromBoundaries({
      starts: numbered((i) => i),
      ends: numbered((i) => i + 1),
      boundaries: numbered((i) => [i, i + 1] as const),
    }),
  'masking.wordNumbersFromContinuations': () =>
    masking.wordNumbersFromContinuations({ continues: many(0), special: many(0) }),
  'datasets.batchByLength': () =>
    consumed(datasets.batchByLength(many(3), { lengthOf: (size) => size, buckets: [4], tokens: 64 })),
  'datasets.bucketedBatches': () => datasets.bucketedBatches(values, { rows: 32, buckets: [500, 1000], random }),
  'datasets.bucketedBatches, fewer than a batch': () =>
    datasets.bucketedBatches(values, { rows: 2 * count, buckets: [500, 1000], random }),
  'datasets.checkTable': () => datasets.checkTable(table, { text: 'text', label: 'label', dev: table }),
  'datasets.duplicateRows': () => datasets.duplicateRows(table, { columns: ['text'] }),
  'datasets.withoutRows': () => datasets.withoutRows(table, values),
  'datasets.selectColumns': () => datasets.selectColumns(table, { text: 'text', label: 'label' }),
  'datasets.readTable': () =>
    datasets.readTable(new TextEncoder().encode(`text,label\n${many('床,a').join('\n')}`), { format: 'csv' }),
  'datasets.readTable, JSON lines': () =>
    datasets.readTable(new TextEncoder().encode(many('{"text":"床"}').join('\n')), { format: 'jsonl' }),
  'datasets.readTable, text': () =>
    datasets.readTable(new TextEncoder().encode(many('床').join('\n')), { format: 'text' }),
  'datasets.readTable, rows that are wrong': () =>
    datasets
      .readTable(new TextEncoder().encode(`a,b\n${many('1').join('\n')}`), { format: 'csv' })
      .catch(({ problems }) => problems),
  'datasets.readTable, columns': () =>
    datasets.readTable(new TextEncoder().encode(`${numbered((i) => `c${i}`).join(',')}\n${many('1').join(',')}`), {
      format: 'csv',
    }),
  'datasets.duplicatesWithin': () => datasets.duplicatesWithin(datasets.tnews, rows),
  'datasets.duplicatesAcross': () => datasets.duplicatesAcross(datasets.tnews, rows, rows),
  'datasets.withoutDuplicates': () => datasets.withoutDuplicates(datasets.tnews, rows, rows),
  'datasets.read of a task': () => datasets.tnews.read(many('{"sentence":"床","label":100}').join('\n'), 'x'),
  'datasets.writeSubmission': () =>
    datasets.writeSubmission(
      datasets.tnews,
      { file: 'test.json', lines: count, rows, problems: [], dropped: [] },
      many('100'),
    ),
  'datasets.checkSubmission': () =>
    datasets.checkSubmission(
      datasets.tnews,
      { name: 'x', text: many('{}').join('\n') },
      { file: 'test.json', lines: count, rows, problems: [], dropped: [] },
    ),
  'datasets.encodeWithWords': () => datasets.encodeWithWords(native, many('床')),
  'datasets.textCorpus': async () => {
    const corpus = await datasets.textCorpus(many('床'), { tokenizer: native, padId: 0, length: 8 });
    await corpus.complete();
    return corpus;
  },
  'datasets.maskableBatches': () => datasets.maskableBatches(vocabulary, many('床'), { batch: count }),
  'datasets.segmentCorpus': () => [...datasets.segmentCorpus(many('床前')).sentences()],
  'datasets.chunkText': () => datasets.chunkText(many('床。').join(''), 2),
  'datasets.packLengths': () =>
    datasets.packLengths(
      values.map((value) => 1 + (value % 60)),
      64,
    ),
  'datasets.packLengths, all alike': () => datasets.packLengths([...many(40), ...many(3)], 64),
  'datasets.packSequences': () => datasets.packSequences(many(encoding), { length: 16, padId: 0 }),
  'datasets.mixCorpora': () => datasets.mixCorpora(many({ size: 3 }), random),
  'datasets.prefetch': () => consumed(datasets.prefetch(inTime(values), { ahead: 1000 })),
  'datasets.shuffleStream': () => consumed(datasets.shuffleStream(values, random, { buffer: count })),
  'datasets.policySetting': () => datasets.policySetting(vocabulary, [batch], { texts: many('床前') }),
  'eval.accuracy': () => evaluation.accuracy(labels, labels),
  'eval.averageRanks': () => evaluation.averageRanks(values),
  'eval.bleu': () => evaluation.bleu(many('床'), many('床')),
  'eval.bleu, references': () => evaluation.bleu(['床'], [many('床')]),
  'eval.calibration': () => evaluation.calibration(many(0.5), many(true), { bins: count }),
  'eval.classScores': () => evaluation.classScores(values, values),
  'eval.entityF1': () => evaluation.entityF1(many(['B-A']), many(['B-A'])),
  'eval.spellingFigures': () => evaluation.spellingFigures(many('床'), many('床'), many('月')),
  'eval.errorRate': () => evaluation.errorRate(many('床'), many('床')),
  'eval.exactMatch': () => evaluation.exactMatch(many('床'), many('床')),
  'eval.macroF1': () => evaluation.macroF1(labels, labels),
  'eval.matthewsCorrelation': () => evaluation.matthewsCorrelation(labels, labels),
  'eval.mcnemar': () => evaluation.mcnemar(many(true), many(false)),
  'eval.microF1': () => evaluation.microF1(labels, labels),
  'eval.minimalPairs': () => evaluation.minimalPairs(many({ good: -1, bad: -2 })),
  'eval.ngramModels': () => evaluation.ngramModels(many('床前')),
  'eval.pearsonCorrelation': () => evaluation.pearsonCorrelation(values, values),
  'eval.spearmanCorrelation': () => evaluation.spearmanCorrelation(values, values),
  'eval.perplexity': () => evaluation.perplexity(many([-1])),
  'eval.pseudoPerplexity': () => evaluation.pseudoPerplexity(many({ logProbabilities: [-1], special: [0] })),
  'eval.rerank': () => evaluation.rerank(many({ score: -1, logProbability: -1 }), { weight: 0.5 }),
  'eval.scoreSentences': () =>
    consumed(
      evaluation.scoreSentences(many({ ids: [2, 5, 3], special: [1, 0, 1] }), {
        kind: evaluation.onePass,
        predict: flat,
      }),
    ),
  'eval.meanInterval': () => evaluation.meanInterval(values),
  'eval.meanAndSd': () => evaluation.meanAndSd(values),
  'eval.pairedT': () => evaluation.pairedT(values, labels),
  'eval.welchT': () => evaluation.welchT(values, labels),
  'eval.wilcoxon': () => evaluation.wilcoxon(values, labels),
  'eval.holm': () => evaluation.holm(many(0.5)),
  'eval.bootstrapInterval': () => evaluation.bootstrapInterval(values, { random, samples: 100 }),
  'eval.pairedBootstrap': () => evaluation.pairedBootstrap(values, labels, { random, samples: 100 }),
  'eval.pairedPermutation': () => evaluation.pairedPermutation(values, labels, { random, samples: 100 }),
  'eval.meanCosine': () => evaluation.meanCosine(vectors),
  'eval.alignment': () => evaluation.alignment(vectors, vectors),
  'eval.evaluateSts': () => evaluation.evaluateSts(vectors, vectors, values),
  'eval.fitGaussian': () => evaluation.fitGaussian(vectors),
  'eval.fitWhitening': () => evaluation.fitWhitening(vectors).apply(vectors),
  'eval.partitionIsotropy': () => evaluation.partitionIsotropy(vectors),
  'eval.partitionIsotropy, wide': () =>
    evaluation.partitionIsotropy([new Float64Array(300).fill(1), new Float64Array(300).fill(2)]),
  'models.batchOrder': () => models.batchOrder(values, { batchSize: 32 }, 1).of(1),
  'models.readExamples': () =>
    models.readExamples(
      'here',
      table.rows,
      {
        inputOf: () => '床',
        targetOf: () => 0,
        encode: async (inputs) => inputs.map((input) => ({ input, encodings: [], truncated: false })),
      },
      Object.assign(native, { maximumLength: 8, uncut: () => native }),
    ),
  'models.npy': () => models.npy({ shape: [count], values: new Float32Array(count) } as never),
  'models.countTokens': () => models.countTokens(many(1)),
};

it.each(Object.entries(functions))(
  '%s',
  async (_name, run) => {
    expect(await run()).toBeDefined();
  },
  60_000,
);
