import * as checks from '@cloze/checks';
import * as datasets from '@cloze/datasets';
import * as datasetsNode from '@cloze/datasets/node';
import * as evaluation from '@cloze/eval';
import * as masking from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import * as tokenizer from '@cloze/tokenizer';
import type { Model } from '../../src/index.ts';
import * as models from '../../src/index.ts';

/** What a function takes in the place that is filled with wrong things. */
export type Kind = 'text' | 'texts' | 'stream' | 'items' | 'rows' | 'table' | 'batch' | 'batches' | 'values' | 'bytes';

/** A function, what its place takes, something right for it, and the call. */
export interface Case {
  readonly kind: Kind;
  readonly right: unknown;
  readonly call: (given: never) => unknown;
}

const one = (kind: Kind, right: unknown, call: (given: never) => unknown): Case => ({ kind, right, call });

const vocabulary = tokenizer.vocabularyFrom([...tokenizer.specialTokens, ...'床前明月光']);
const native = tokenizer.nativeTokenizer(tokenizer.tokenizerJson(vocabulary));
const encoding = tokenizer.encode(vocabulary, '床前明月');
export const batch = tokenizer.padEncodings([encoding, encoding], { padId: 0 });
const masked = masking.targetEveryToken(batch);
const randomOf = (row: number) => streamFrom(row);
const setting = { maskId: 4, candidates: { from: 5, to: 10 }, randomOf, padId: 0 };
const named = masking.presetsNamed('bert')[0] as masking.NamedPolicy;
const table = {
  source: 'here',
  columns: ['text', 'label'],
  rows: [
    { text: '床', label: 'a' },
    { text: '月', label: 'b' },
  ],
};
const tnewsRow = { line: 1, sentence: '床', label: '100' };
const pairs = [{ good: -1, bad: -2 }];
const hypotheses = [{ score: -1, logProbability: -2 }];
const sentence = { ids: encoding.ids, special: encoding.special };
const flat = async (queries: readonly { readonly targets: readonly number[] }[]) =>
  queries.map(({ targets }) => targets.map(() => -1));
const consumed = async (items: AsyncIterable<unknown>) => {
  for await (const _ of items);
};
/** Lists as lines that come one after the other; anything else as it is. */
const inTime = (given: unknown) => (Array.isArray(given) ? lines(given) : given) as never;
async function* lines(texts: readonly string[]) {
  let line = 0;
  for (const text of texts) yield { line: ++line, text };
}
const bytes = new TextEncoder().encode('text,label\n床,a\n');

/** Public functions that take texts or rows, by package. */
export const cases: Readonly<Record<string, Readonly<Record<string, readonly Case[]>>>> = {
  checks: {
    editDistance: [
      one('text', 'a', (text) => checks.editDistance(text, 'a')),
      one('text', 'a', (text) => checks.editDistance('a', text)),
    ],
    nearestName: [
      one('text', 'a', (text) => checks.nearestName(text, ['a'])),
      one('texts', ['a', 'b'], (texts) => checks.nearestName('a', texts)),
    ],
  },
  tokenizer: {
    codePointOffsets: [one('text', '床', (text) => tokenizer.codePointOffsets(text, []))],
    encode: [
      one('text', '床', (text) => tokenizer.encode(vocabulary, text)),
      one('text', '床', (pair: never) => tokenizer.encode(vocabulary, '床', pair ?? (null as never))),
    ],
    nativeTokenizer: [
      one('text', tokenizer.tokenizerJson(vocabulary), (json) => tokenizer.nativeTokenizer(json)),
      one('texts', ['床', '月'], (texts) => native.encodeBatch(texts)),
    ],
    padEncodings: [one('rows', [encoding, encoding], (rows) => tokenizer.padEncodings(rows, { padId: 0 }))],
    parseVocabulary: [one('bytes', bytes, (given) => tokenizer.parseVocabulary(given))],
    splitWords: [one('text', '床', (text) => tokenizer.splitWords(text))],
    trainVocabulary: [
      one('stream', ['床', '月'], (texts) => tokenizer.trainVocabulary(texts, { size: 50, minimum: 1 })),
    ],
    vocabularyFrom: [one('texts', [...vocabulary.tokens], (tokens) => tokenizer.vocabularyFrom(tokens))],
    wordBoundaries: [one('text', '床', (text) => tokenizer.wordBoundaries(text))],
  },
  masking: {
    asOwnTargets: [one('batch', batch, (given) => masking.asOwnTargets(given, masked, 'own'))],
    auditPolicy: [
      one('batches', [batch], (given) => masking.auditPolicy(named, given, { setting, randomOf, now: () => 0 })),
    ],
    buildPmiVocabulary: [
      one('texts', ['床', '月'], (words) => masking.buildPmiVocabulary(() => [['床', '月'], words] as string[][])),
    ],
    candidateIds: [one('texts', ['床', '月'], (tokens) => masking.candidateIds(tokens))],
    countMasking: [one('batch', batch, (before) => masking.countMasking([{ before, after: masked }], { maskId: 4 }))],
    dropTokens: [one('batch', batch, (given) => masking.dropTokens(given, { padId: 0, randomOf }))],
    emptyTargets: [one('batch', batch, (given) => masking.emptyTargets(given, 1))],
    expectedTargets: [one('batch', batch, (given) => masking.expectedTargets(given, {}))],
    mask: [one('batch', batch, (given) => masking.mask(given, masking.bert, setting))],
    maskBatch: [one('batch', batch, (given) => masking.maskBatch(given, setting))],
    keepImportant: [
      one('batch', batch, (given) =>
        masking.keepImportant(given, masking.targetEveryToken(batch), { importance: [1] }),
      ),
    ],
    maskByDiffusion: [one('batch', batch, (given) => masking.maskByDiffusion(given, { maskId: 4, randomOf }))],
    maskCopies: [
      one('batch', batch, (given) => masking.maskCopies(given, { ...setting, rate: 0.2, predictionRate: 0.4 })),
    ],
    maskOutcomes: [
      one('batch', batch, (given) => masking.maskOutcomes(given, masked, masking.bert, { maskId: 4, padId: 0 })),
    ],
    neighbourTable: [one('batches', [batch], (given) => masking.neighbourTable(given, 10, streamFrom(1)))],
    parsePmi: [one('stream', ['# cloze pmi 1 power=1 minimum=2 totals=1', ''], (given) => masking.parsePmi(given))],
    parseWordVectors: [one('stream', ['a 1 2', 'b 1 2'], (given) => masking.parseWordVectors(given))],
    predictNext: [one('batch', batch, (given) => masking.predictNext(given))],
    predictPermuted: [one('batch', batch, (given) => masking.predictPermuted(given, { randomOf }))],
    predictPrefix: [one('batch', batch, (given) => masking.predictPrefix(given))],
    presetNamed: [one('text', 'bert', (name) => masking.presetNamed(name))],
    presetsNamed: [one('text', 'bert', (name) => masking.presetsNamed(name))],
    removeTokens: [one('batch', batch, (given) => masking.removeTokens(given, { padId: 0, randomOf }))],
    replaceDecoderInput: [one('batch', batch, (given) => masking.replaceDecoderInput(given, { randomOf }))],
    replacedTokens: [
      one('batch', batch, (given) => masking.replacedTokens(given, masked, { samples: masked.targets })),
    ],
    showMask: [
      one('batch', batch, (given) =>
        masking.showMask(given, masked, masking.bert, { tokenOf: String, maskId: 4, padId: 0 }),
      ),
    ],
    splitMaskable: [one('batch', batch, (given) => masking.splitMaskable(given, { randomOf }))],
    targetEveryToken: [one('batch', batch, (given) => masking.targetEveryToken(given))],
    wordNumbersFromSet: [
      one('texts', ['床', '前'], (given) => masking.wordNumbersFromSet(given, { words: new Set() })),
    ],
  },
  datasets: {
    batchByLength: [
      one('items', ['a', 'b'], (items) =>
        consumed(datasets.batchByLength(items, { lengthOf: () => 1, buckets: [4], tokens: 8 })),
      ),
    ],
    bucketOf: [one('values', [8, 16], (buckets) => datasets.bucketOf(3, buckets))],
    bucketedBatches: [
      one('values', [3, 4], (lengths) =>
        datasets.bucketedBatches(lengths, { rows: 2, buckets: [8], random: streamFrom(1) }),
      ),
    ],
    checkTable: [one('table', table, (given) => datasets.checkTable(given, { text: 'text' }))],
    checkIsTable: [one('table', table, (given) => datasets.checkIsTable('here', given))],
    chunkText: [one('text', '床', (text) => datasets.chunkText(text, 5))],
    duplicateRows: [one('table', table, (given) => datasets.duplicateRows(given, { columns: ['text'] }))],
    duplicatesAcross: [
      one('rows', [tnewsRow, tnewsRow], (rows) => datasets.duplicatesAcross(datasets.tnews, rows, [])),
      one('rows', [tnewsRow, tnewsRow], (rows) => datasets.duplicatesAcross(datasets.tnews, [], rows)),
    ],
    duplicatesWithin: [one('rows', [tnewsRow, tnewsRow], (rows) => datasets.duplicatesWithin(datasets.tnews, rows))],
    encodeWithWords: [one('texts', ['床', '月'], (texts) => datasets.encodeWithWords(native, texts))],
    labelProblems: [
      one(
        'rows',
        [
          { row: 1, label: 'a' },
          { row: 2, label: 'b' },
        ],
        (labels) => datasets.labelProblems('label', labels),
      ),
    ],
    textCorpus: [
      one('texts', ['床', '月'], (texts) => datasets.textCorpus(texts, { tokenizer: native, padId: 0, length: 8 })),
    ],
    maskableBatches: [one('texts', ['床', '月'], (texts) => datasets.maskableBatches(vocabulary, texts))],
    mixCorpora: [one('rows', [{ size: 3 }, { size: 4 }], (rows) => datasets.mixCorpora(rows, streamFrom(1)))],
    normaliseText: [one('text', '床', (text) => datasets.normaliseText(text))],
    withChidAnswers: [
      one(
        'rows',
        [
          { line: 1, id: 'a', text: '床', choices: ['一', '二'] },
          { line: 2, id: 'b', text: '月', choices: ['一', '二'] },
        ],
        (rows) => datasets.withChidAnswers(rows, { a: 0, b: 1 }),
      ),
    ],
    readMinimalPairs: [one('text', '{}', (text) => datasets.readMinimalPairs(text, 'a file'))],
    packLengths: [one('values', [3, 4], (lengths) => datasets.packLengths(lengths, 8))],
    packSequences: [one('rows', [encoding, encoding], (rows) => datasets.packSequences(rows, { length: 8, padId: 0 }))],
    policySetting: [one('texts', ['床前', '明月'], (texts) => datasets.policySetting(vocabulary, [batch], { texts }))],
    prefetch: [one('items', ['a', 'b'], (items) => consumed(datasets.prefetch(inTime(items))))],
    readTable: [one('bytes', bytes, (given) => datasets.readTable(given, { format: 'csv' }))],
    segmentCorpus: [one('stream', ['床前', '明月'], (texts) => datasets.segmentCorpus(texts))],
    selectColumns: [one('table', table, (given) => datasets.selectColumns(given, { text: 'text' }))],
    shuffleStream: [one('items', ['a', 'b'], (items) => consumed(datasets.shuffleStream(items, streamFrom(1))))],
    wellFormed: [one('text', '床', (text) => datasets.wellFormed(text))],
    withoutDuplicates: [one('rows', [tnewsRow, tnewsRow], (rows) => datasets.withoutDuplicates(datasets.tnews, rows))],
    withoutRows: [one('table', table, (given) => datasets.withoutRows(given, [1]))],
    writeSubmission: [
      one('texts', ['100', '100'], (texts) =>
        datasets.writeSubmission(
          datasets.tnews,
          { file: 'test.json', lines: 2, rows: [tnewsRow, tnewsRow], problems: [], dropped: [] },
          texts,
        ),
      ),
    ],
  },
  eval: {
    accuracy: [one('values', ['a', 'b'], (given) => evaluation.accuracy(given, ['a', 'b']))],
    averageRanks: [one('values', [1, 2], (given) => evaluation.averageRanks(given))],
    bleu: [
      one('texts', ['床', '月'], (given) => evaluation.bleu(given, ['床', '月'])),
      one('texts', ['床', '月'], (given) => evaluation.bleu(['床', '月'], given)),
    ],
    calibration: [
      one('values', [0.5, 1], (given) => evaluation.calibration(given, [true, false])),
      one('values', [true, false], (given) => evaluation.calibration([0.5, 1], given)),
    ],
    characters: [one('text', '床', (text) => evaluation.characters(text))],
    classScores: [one('values', ['a', 'b'], (given) => evaluation.classScores(given, ['a', 'b']))],
    entityScores: [
      one('texts', ['O', 'B-A'], (given) => evaluation.entityScores([given], [['O', 'B-A']])),
      one('texts', ['O', 'B-A'], (given) => evaluation.entityScores([['O', 'B-A']], [given])),
    ],
    entitySpans: [one('texts', ['O', 'B-A'], (given) => evaluation.entitySpans(given))],
    spanScores: [
      one('texts', ['床', '月'], (given) => evaluation.spanScores(given, ['床', '月'])),
      one('texts', ['床', '月'], (given) => evaluation.spanScores(['床', '月'], given)),
    ],
    entityF1: [
      one('texts', ['O', 'B-A'], (given) => evaluation.entityF1([given], [['O', 'B-A']])),
      one('texts', ['O', 'B-A'], (given) => evaluation.entityF1([['O', 'B-A']], [given])),
    ],
    spellingFigures: [
      one('texts', ['床', '月'], (given) => evaluation.spellingFigures(given, ['床', '月'], ['床', '月'])),
      one('texts', ['床', '月'], (given) => evaluation.spellingFigures(['床', '月'], given, ['床', '月'])),
      one('texts', ['床', '月'], (given) => evaluation.spellingFigures(['床', '月'], ['床', '月'], given)),
    ],
    errorRate: [
      one('texts', ['床', '月'], (given) => evaluation.errorRate(given, ['床', '月'])),
      one('texts', ['床', '月'], (given) => evaluation.errorRate(['床', '月'], given)),
    ],
    exactMatch: [
      one('texts', ['床', '月'], (given) => evaluation.exactMatch(given, ['床', '月'])),
      one('texts', ['床', '月'], (given) => evaluation.exactMatch(['床', '月'], given)),
    ],
    macroF1: [one('values', ['a', 'b'], (given) => evaluation.macroF1(given, ['a', 'b']))],
    matthewsCorrelation: [one('values', ['a', 'b'], (given) => evaluation.matthewsCorrelation(['a', 'b'], given))],
    mcnemar: [one('values', [true, false], (given) => evaluation.mcnemar(given, [true, false]))],
    microF1: [one('values', ['a', 'b'], (given) => evaluation.microF1(given, ['a', 'b']))],
    minimalPairs: [one('rows', [...pairs, ...pairs], (rows) => evaluation.minimalPairs(rows))],
    ngramModels: [
      one('texts', ['床', '月'], (texts) => evaluation.ngramModels(texts)),
      one('text', '床', (text) => evaluation.ngramModels(['床', '月'])[0].logProbabilities(text)),
    ],
    pearsonCorrelation: [one('values', [1, 2], (given) => evaluation.pearsonCorrelation(given, [1, 2]))],
    perplexity: [one('values', [-1, -2], (given) => evaluation.perplexity([given]))],
    pseudoPerplexity: [
      one(
        'rows',
        [
          { logProbabilities: [-1], special: [0] },
          { logProbabilities: [-1], special: [0] },
        ],
        (rows) => evaluation.pseudoPerplexity(rows),
      ),
    ],
    rerank: [one('rows', [...hypotheses, ...hypotheses], (rows) => evaluation.rerank(rows, { weight: 0.5 }))],
    rouge: [
      one('text', '床', (text) => evaluation.rouge(text, '床')),
      one('text', '床', (text) => evaluation.rouge('床', text)),
    ],
    scoreSentences: [
      one('rows', [sentence, sentence], (rows) =>
        consumed(evaluation.scoreSentences(rows, { kind: evaluation.onePass, predict: flat })),
      ),
    ],
    spearmanCorrelation: [one('values', [1, 2], (given) => evaluation.spearmanCorrelation(given, [1, 2]))],
    tuneRerankWeight: [
      one('rows', [...hypotheses, ...hypotheses], (rows) => evaluation.tuneRerankWeight([rows], { loss: () => 0 })),
    ],
  },
};

/** Those that need a model. */
export const modelCases = (model: Model, classifier: Model): Readonly<Record<string, readonly Case[]>> => ({
  embed: [one('texts', ['床', '月'], (texts) => models.embed(model, texts))],
  encodeTexts: [one('stream', ['床', '月'], (texts) => consumed(models.encodeTexts(model, texts)))],
  explain: [one('text', '床[MASK]', (text) => models.explain(model, text))],
  fillMask: [one('text', '床[MASK]', (text) => models.fillMask(model, text))],
  fillMasks: [one('text', '床[MASK]', (text) => models.fillMasks(model, text))],
  unmask: [one('text', '床[MASK]', (text) => models.unmask(model, text))],
  fineTune: [
    one('table', table, (train) =>
      models.fineTune(model, {
        ...{ task: models.classification({ text: 'text', label: 'label' }), train, maxSteps: 1, batchSize: 2 },
        devShare: 0,
      }),
    ),
  ],
  pretrain: [
    one('texts', ['床月', '月床'], (texts) =>
      models.pretrain({ texts, model, engine: model.engine, maxSteps: 1, length: 8 }),
    ),
  ],
  generate: [one('text', '床', (text) => models.generate(model, text, { tokens: 2 }))],
  predict: [one('texts', ['床', '月'], (texts) => models.predict(classifier, texts))],
  readExamples: [
    one('rows', table.rows, (rows) =>
      models.readExamples(
        'here',
        rows,
        { inputOf: () => '床', targetOf: () => 0, encode: async () => [] },
        {} as never,
      ),
    ),
  ],
  score: [one('texts', ['床', '月'], (texts) => models.score(model, texts))],
  scoreNBest: [
    one('stream', ['{"hypotheses":[{"text":"床","score":-1}]}', '{"hypotheses":[{"text":"月","score":-1}]}'], (texts) =>
      models.scoreNBest(model, inTime(texts), { kind: 'masked', weight: 0, normalise: 'none' }, () => {}),
    ),
  ],
  scoreMinimalPairs: [
    one(
      'rows',
      [
        { good: '床', bad: '月', line: 1 },
        { good: '月', bad: '床', line: 2 },
      ],
      (given) => models.scoreMinimalPairs(model, given, { kind: 'masked' }, () => {}),
    ),
  ],
  scorePairs: [
    one('stream', ['床\t月', '月\t床'], (texts) =>
      models.scorePairs(model, inTime(texts), { kind: 'masked' }, () => {}),
    ),
  ],
  trimVocabulary: [one('stream', ['床', '月'], (texts) => models.trimVocabulary('here', model.loaded, texts))],
  scoreTexts: [
    one(
      'rows',
      [
        { text: '床', line: 1 },
        { text: '月', line: 2 },
      ],
      (rows) => consumed(models.scoreTexts(model, rows, { kind: 'masked' })),
    ),
  ],
});

/** Public functions that take neither texts nor rows, or only names, options, files and functions that a reader looks at first. */
export const without: Readonly<Record<string, readonly string[]>> = {
  checks: [
    ...[
      'asStream',
      'checkArguments',
      'checkList',
      'checkOptions',
      'checkRows',
      'checkText',
      'checkTexts',
      'checkValues',
    ],
    ...['eachText', 'either', 'listOf', 'needed', 'oneOf', 'problemsOf', 'real', 'record', 'refuse', 'ruleOf', 'shown'],
    ...['whatIs', 'whole'],
  ],
  tokenizer: ['openTokenizer', 'tokenizerJson', 'tokenizerJsonOf'],
  masking: [
    ...[
      'bimodalRates',
      'frequencyDiffusion',
      'frequencyInformed',
      'gptBert',
      'inProportion',
      'inforMask',
      'informative',
    ],
    ...['pmiOfPairs', 'rarerMore', 'shiftTargets', 'shifted'],
    ...['binomialBound', 'byFrequency', 'candidatesByFrequency', 'constantRate', 'cosineRate', 'decoupled', 'electra'],
    ...[
      'formatPmi',
      'isTargetPolicy',
      'linearRate',
      'ngramIds',
      'ngrams',
      'pmi',
      'pmiBernoulli',
      'pmiNgrams',
      'policy',
    ],
    ...['scoreNgram', 'similarByEmbedding', 'similarByWordVectors', 'slotsFor', 'spanLengths', 'spans', 'tokenBudget'],
    ...['uniformRate', 'wordNumbersFromBoundaries', 'wordNumbersFromContinuations'],
  ],
  datasets: [
    'TableError',
    'cellNumber',
    'chidPassage',
    'loneSurrogate',
    'cluenerLabel',
    'entityTags',
    'checkSubmission',
    'corpusOrder',
    'lineSplitter',
    'masked',
    'currentSubmissions',
    'submissionOf',
  ],
  'datasets/node': [
    ...[
      'expandPaths',
      'formatOf',
      'heldOutTexts',
      'openCorpus',
      'openTable',
      'readPmi',
      'readPoetry',
      'readUtf8',
      'streamLines',
    ],
    ...['streamTexts', 'writePmi', 'decodeLines', 'evaluationTexts', 'gatherTexts', 'listProblems', 'readSplit'],
    'readTaskFile',
    'readBenchmark',
    'readRowsFile',
    'readWordVectors',
  ],
  // Vectors and figures over seeds: uncertainty/ and similarity/ have a guard of their own.
  eval: [
    ...['alignment', 'bhattacharyyaDistance', 'bootstrapInterval', 'compareSystems', 'cosineSimilarity'],
    ...['detectableDifference', 'differenceSpread', 'rowsToDetect', 'seedsToDetect', 'wilsonInterval'],
    ...['differenceOverSeeds', 'evaluateSts', 'figureOverSeeds', 'fitGaussian', 'fitWhitening', 'frechetDistance'],
    ...['gaussianKl', 'gradientTimesInput', 'holm', 'integratedGradients', 'leftToRight', 'maskEachToken'],
    ...[
      'maskWordsLeftToRight',
      'meanAndSd',
      'meanCosine',
      'meanInterval',
      'onePass',
      'onePlaceEarlier',
      'pairedBootstrap',
    ],
    ...[
      'pairedPermutation',
      'pairedT',
      'partitionIsotropy',
      'pathRule',
      'saliency',
      'uniformity',
      'welchT',
      'wilcoxon',
    ],
  ],
  models: [
    ...[
      'InterruptedError',
      'answersOf',
      'benchmarkData',
      'createTaskModel',
      'submissionAnswer',
      'askedBatch',
      'askedSlots',
      'batchOrder',
      'choice',
      'classification',
      'compare',
    ],
    ...['exportOnnx', 'openModel', 'urlSource'],
    ...['countTokens', 'createModel', 'evaluate', 'freshWeights', 'generation', 'languageModelObjective', 'loadModel'],
    ...['modelBatch', 'multiLabel', 'npy', 'prepareTask', 'regression', 'resolveSettings', 'runningPerplexity'],
    ...['scoringKindFor', 'searchSettings', 'sentenceVectors', 'span', 'taskTokenizer', 'tokens', 'trainOnce'],
  ],
};

/** The packages as they are exported. */
export const packages = {
  checks,
  tokenizer,
  masking,
  datasets,
  'datasets/node': datasetsNode,
  eval: evaluation,
  models,
} as const;
