import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as datasets from '@cloze/datasets';
import * as evaluation from '@cloze/eval';
import * as masking from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import * as tokenizer from '@cloze/tokenizer';
import { describe, expect, it } from 'vitest';

/** Errors that a comment promises come: a call for each clause of `@throws {RangeError}`; TypeErrors are in wrong-inputs.test.ts. */
const vocabulary = tokenizer.vocabularyFrom([...tokenizer.specialTokens, ...'床前明月光']);
const json = tokenizer.tokenizerJson(vocabulary);
const native = tokenizer.nativeTokenizer(json);
const encoding = tokenizer.encode(vocabulary, '床前明月');
const batch = tokenizer.padEncodings([encoding], { padId: 0 });
const masked = masking.targetEveryToken(batch);
const random = streamFrom(1);
const randomOf = () => random;
const setting = { maskId: 4, candidates: { from: 5, to: 10 }, randomOf, padId: 0 };
const utf16 = Uint8Array.of(0xff, 0xfe, 0x41, 0);
const consumed = async (items: AsyncIterable<unknown>) => {
  for await (const _ of items);
};
const list = (...values: number[]) => values;
const e = evaluation;
const spread = { rows: 1, seeds: 1, both: 1 };
const read = { file: 'test.json', lines: 1, rows: [{ line: 1, sentence: '床' }], problems: [], dropped: [] };
const sentence = { ids: [2, 5, 3], special: [1, 0, 1] };
const flat = async (queries: readonly { readonly targets: readonly number[] }[]) =>
  queries.map(({ targets }) => targets.map(() => -1));
const text = (value: string) => new TextEncoder().encode(value);

type Calls = Readonly<Record<string, readonly (() => unknown)[]>>;
const promises: Readonly<Record<string, Calls>> = {
  tokenizer: {
    encode: [
      () => tokenizer.encode(vocabulary, '床', undefined, { maximumLength: 1 }),
      () => tokenizer.encode(vocabulary, '床', '月', { maximumLength: 2 }),
      () => tokenizer.encode(vocabulary, '床前', '月', { maximumLength: 4, truncation: 'only_second' }),
      () => tokenizer.encode(vocabulary, '\ud800'),
    ],
    nativeTokenizer: [
      () => tokenizer.nativeTokenizer(json, { truncation: 'no' as 'only_first' }),
      () => tokenizer.nativeTokenizer(json, { truncationSide: 'no' as 'left' }),
      () => native.encodeBatch(['\ud800']),
      () => native.decode([99]),
      () => tokenizer.nativeTokenizer(json, { maximumLength: 1 }).encodeBatch(['床']),
    ],
    openTokenizer: [() => tokenizer.openTokenizer({ 'vocab.txt': text('[PAD]\n床\n床\n') }, 'here')],
    padEncodings: [
      () => tokenizer.padEncodings([], { padId: 0 }),
      () => tokenizer.padEncodings([encoding], { padId: 0, buckets: [2] }),
    ],
    parseVocabulary: [() => tokenizer.parseVocabulary(utf16)],
    splitWords: [() => tokenizer.splitWords('\udc00')],
    trainVocabulary: [
      () => tokenizer.trainVocabulary([], { size: 9 }),
      () => tokenizer.trainVocabulary(['床前明月光'], { size: 100 }),
      () => tokenizer.trainVocabulary(['aa aa'], { size: 6 }),
      () => tokenizer.trainVocabulary(['床床'], { size: 5 }),
      () => tokenizer.trainVocabulary(['床\ud800床'], { size: 9 }),
    ],
    vocabularyFrom: [
      () => tokenizer.vocabularyFrom([...tokenizer.specialTokens, '床', '床']),
      () => tokenizer.vocabularyFrom(['床']),
    ],
    wordBoundaries: [() => tokenizer.wordBoundaries('床\ud800')],
  },
  masking: {
    countMasking: [() => masking.countMasking([{ before: batch, after: { ...masked, shape: [1, 3] } }], { maskId: 4 })],
    emptyTargets: [
      () => masking.emptyTargets(batch, 0),
      () => masking.emptyTargets(batch, 1.5),
      () => masking.emptyTargets({ ...batch, ids: new Int32Array(1) }, 1),
    ],
    expectedTargets: [() => masking.expectedTargets(batch, { rate: () => 0.1 })],
    mask: [
      () => masking.mask(batch, { rate: 2 }, setting),
      () => masking.mask(batch, { ...masking.everyToken, rate: 0.5 } as masking.Policy, setting),
      () => masking.mask(batch, { fixed: true, predictionRate: 0.5 }, setting),
    ],
    maskByDiffusion: [
      () => masking.maskByDiffusion(batch, { maskId: 4, randomOf, leastRate: 0 }),
      () => masking.maskByDiffusion(batch, { maskId: -1, randomOf }),
    ],
    maskOutcomes: [
      () => masking.maskOutcomes(batch, masked, masking.bert, { maskId: Number.NaN, padId: 0 }),
      () => masking.maskOutcomes(batch, masked, masking.bert, { maskId: 4, padId: -1 }),
    ],
    bimodalRates: [() => masking.bimodalRates({ low: 1 })],
    gptBert: [() => masking.gptBert({ causal: 2 }), () => masking.gptBert({ mask: { rate: 2 } })],
    inProportion: [() => masking.inProportion([-1])],
    keepImportant: [
      () => masking.keepImportant(batch, masked, { importance: [], share: 0 }),
      () => masking.keepImportant(batch, masked, { importance: [Number.NaN] }),
      () => masking.keepImportant(batch, { ...masked, shape: [1, 3] }, { importance: [] }),
    ],
    pmiOfPairs: [() => masking.pmiOfPairs([[1, 2]], { window: 0 }), () => masking.pmiOfPairs([[1]])],
    rarerMore: [() => masking.rarerMore({ counts: [-1] }), () => masking.rarerMore({ counts: [1], power: 2 })],
    shifted: [() => masking.shifted({ rate: 2 }), () => masking.shifted({ rate: 0.1, predictionRate: 0.2 })],
    maskBatch: [
      () => masking.maskBatch(batch, { ...setting, rate: -1 }),
      () => masking.maskBatch(batch, { ...setting, replacement: { mask: 1, random: 1, keep: 0 } }),
      () => masking.maskBatch(batch, { ...setting, maskId: -1 }),
      () => masking.maskBatch(batch, { ...setting, candidates: { from: 5, to: 5 } }),
      () => masking.maskBatch(batch, { ...setting, rat: 1 } as masking.MaskOptions),
      () => masking.maskBatch(batch, { ...setting, rate: () => 2 }),
    ],
    maskCopies: [
      () => masking.maskCopies(batch, { ...setting, rate: 0, predictionRate: 0.5 }),
      () => masking.maskCopies(batch, { ...setting, rate: 0.5, predictionRate: 0.2 }),
    ],
    buildPmiVocabulary: [
      () => masking.buildPmiVocabulary(() => [], { longest: 1 }),
      () => masking.buildPmiVocabulary(() => [], { quotas: [2] }),
      () => {
        const once = [['床', '前']].values();
        return masking.buildPmiVocabulary(() => once);
      },
    ],
    parsePmi: [() => masking.parsePmi(['x']), () => masking.parsePmi([])],
    policy: [() => masking.policy({ name: 'a', about: 'b', rate: 2 })],
    presetNamed: [() => masking.presetNamed('brt'), () => masking.presetNamed('pmi')],
    presetsNamed: [() => masking.presetsNamed('bert,brt')],
    dropTokens: [
      () => masking.dropTokens(batch, { rate: 2, padId: 0, randomOf }),
      () => masking.dropTokens(batch, { rate: 0, padId: 0, randomOf, buckets: [2] }),
    ],
    removeTokens: [
      () => masking.removeTokens(batch, { rate: -1, padId: 0, randomOf }),
      () => masking.removeTokens(batch, { rate: 0, padId: 0, randomOf, buckets: [2] }),
    ],
    candidateIds: [() => masking.candidateIds(['[PAD]'])],
    candidatesByFrequency: [
      () => masking.candidatesByFrequency({ counts: [-1, 2], ids: Int32Array.of(0, 1) }),
      () => masking.candidatesByFrequency({ counts: [0, 0], ids: Int32Array.of(0, 1) }),
      () => masking.candidatesByFrequency({ counts: [Number.POSITIVE_INFINITY], ids: Int32Array.of(0) }),
    ],
    replaceDecoderInput: [
      () => masking.replaceDecoderInput(batch, { rate: 2, randomOf }),
      () => masking.replaceDecoderInput(batch, { probability: -1, randomOf }),
    ],
    similarByEmbedding: [
      () => masking.similarByEmbedding({ table: new Float32Array(5), width: 2, ids: Int32Array.of(0) }),
      () => masking.similarByEmbedding({ table: new Float32Array(4), width: 2, ids: Int32Array.of(0), count: 0 }),
      () => masking.similarByEmbedding({ table: new Float32Array(4), width: 2, ids: Int32Array.of(9) }),
    ],
    parseWordVectors: [
      () => masking.parseWordVectors(['a 1', 'b 1 2']),
      () => masking.parseWordVectors(['a x']),
      () => masking.parseWordVectors(['5 1', 'a 1']),
      () => masking.parseWordVectors([]),
    ],
    constantRate: [() => masking.constantRate(2)],
    cosineRate: [() => masking.cosineRate({ from: 2, to: 0, steps: 3 } as never)],
    linearRate: [() => masking.linearRate({ from: 2, to: 0, steps: 3 } as never)],
    uniformRate: [() => masking.uniformRate({ from: 2, to: 0 } as never)],
    splitMaskable: [() => masking.splitMaskable(batch, { rate: 2, randomOf })],
    slotsFor: [() => masking.slotsFor(masking.bert, 0.5)],
    predictPermuted: [() => masking.predictPermuted(batch, { part: 0, randomOf })],
    replacedTokens: [() => masking.replacedTokens(batch, masked, { samples: [1] })],
    ngrams: [() => masking.ngrams({ shares: [0.5] }), () => masking.ngrams({ shares: [-1, 2] })],
    spanLengths: [() => masking.spanLengths({ p: 1, max: 3 }), () => masking.spanLengths({ p: 0.2, max: 0 })],
    spans: [() => masking.spans({ p: 0 })],
  },
  datasets: {
    textCorpus: [
      () => datasets.textCorpus(['床'], { tokenizer: native, padId: 0, length: 2 }),
      async () => {
        const cutting = tokenizer.nativeTokenizer(json, { maximumLength: 3 });
        const corpus = await datasets.textCorpus(['床前明月光'], { tokenizer: cutting, padId: 0, length: 8 });
        await corpus.complete();
      },
    ],
    batchByLength: [
      () => consumed(datasets.batchByLength([9], { lengthOf: (x) => x, buckets: [4], tokens: 8 })),
      () => consumed(datasets.batchByLength([1], { lengthOf: (x) => x, buckets: [40], tokens: 8 })),
    ],
    mixCorpora: [
      () => datasets.mixCorpora([], random),
      () => datasets.mixCorpora([{ size: 0 }], random),
      () => datasets.mixCorpora([{ size: 1, weight: Number.NaN }], random),
    ],
    packSequences: [
      () => datasets.packSequences([{ ids: [] }], { length: 4, padId: 0 }),
      () => datasets.packSequences([{ ids: [1, 2, 3, 4, 5] }], { length: 4, padId: 0 }),
    ],
    prefetch: [() => consumed(datasets.prefetch((async function* () {})(), { ahead: 0 }))],
    shuffleStream: [() => consumed(datasets.shuffleStream([1], random, { buffer: 0 }))],
    submissionOf: [
      () => datasets.submissionOf(datasets.sentiment, undefined),
      () => datasets.submissionOf(datasets.tnews, 'x'),
    ],
    entityTags: [() => datasets.entityTags('a', [{ type: 'x', text: 'b', start: 0, end: 1 }])],
    withChidAnswers: [() => datasets.withChidAnswers([], { a: 0 })],
    writeSubmission: [
      () => datasets.writeSubmission(datasets.tnews, read, []),
      () => datasets.writeSubmission(datasets.tnews, read, ['x']),
      () => datasets.writeSubmission(datasets.tnews, { ...read, lines: 2 }, ['100']),
    ],
    readTable: [
      () => datasets.readTable(text(''), { format: 'csv' }),
      () => datasets.readTable(text('a,b\n1\n'), { format: 'csv' }),
      () => datasets.readTable(text('a,a\n1,2\n'), { format: 'csv' }),
      () => datasets.readTable(utf16, { format: 'csv' }),
      () => datasets.readTable(text('a\n'), { format: 'csv' }),
      () => datasets.readTable(text('x'), { format: 'xls' as 'csv' }),
    ],
    bucketOf: [
      () => datasets.bucketOf(3, []),
      () => datasets.bucketOf(3, [5.5]),
      () => datasets.bucketOf(Number.NaN, [8]),
      () => datasets.bucketOf(-1, [8]),
    ],
    bucketedBatches: [
      () => datasets.bucketedBatches([], { rows: 1, buckets: [8], random: streamFrom(1) }),
      () => datasets.bucketedBatches([9], { rows: 1, buckets: [8], random: streamFrom(1) }),
      () => datasets.bucketedBatches([9], { rows: 1, buckets: [16, 8], random: streamFrom(1) }),
    ],
    duplicateRows: [
      () => datasets.duplicateRows({ source: 'x', columns: ['a'], rows: [{ a: 1 }] }, { columns: ['b'] }),
    ],
    selectColumns: [
      () => datasets.selectColumns({ source: 'x', columns: ['a'], rows: [] }, { text: 'b' }),
      () => datasets.selectColumns({ source: 'x', columns: ['a'], rows: [{ a: null }] }, { text: 'a' }),
    ],
    corpusOrder: [],
  },
  eval: {
    integratedGradients: [],
    pathRule: [() => e.pathRule('gauss-legendre', 0)],
    accuracy: [() => e.accuracy([], []), () => e.accuracy([1], [1, 2])],
    calibration: [
      () => e.calibration([], []),
      () => e.calibration([0.5], []),
      () => e.calibration([2], [true]),
      () => e.calibration([Number.NaN], [true]),
    ],
    classScores: [
      () => e.classScores([], []),
      () => e.classScores([1], [1], [1, 1]),
      () => e.classScores([1], [1], []),
    ],
    entityF1: [() => e.entityF1([], []), () => e.entityF1([['O']], [['O', 'O']])],
    exactMatch: [() => e.exactMatch([], []), () => e.exactMatch(['a'], [[]])],
    macroF1: [() => e.macroF1([], [])],
    matthewsCorrelation: [() => e.matthewsCorrelation([], []), () => e.matthewsCorrelation([1], [1, 2])],
    microF1: [() => e.microF1([], [])],
    pearsonCorrelation: [
      () => e.pearsonCorrelation([], []),
      () => e.pearsonCorrelation(list(1, Number.NaN), list(1, 2)),
    ],
    spearmanCorrelation: [
      () => e.spearmanCorrelation([1], []),
      () => e.spearmanCorrelation(list(1, Number.POSITIVE_INFINITY), list(1, 2)),
    ],
    ngramModels: [
      () => e.ngramModels(['床']),
      () => e.ngramModels(['', '']),
      () => e.ngramModels([Array.from({ length: 10_001 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(''), '床']),
      () => e.ngramModels(['床', '月'])[0].logProbabilities('光'),
    ],
    perplexity: [
      () => e.perplexity([]),
      () => e.perplexity([[]]),
      () => e.perplexity([[1]]),
      () => e.perplexity([[Number.NaN]]),
    ],
    pseudoPerplexity: [
      () => e.pseudoPerplexity([]),
      () => e.pseudoPerplexity([{ logProbabilities: [-1], special: [] }]),
      () => e.pseudoPerplexity([{ logProbabilities: [null], special: [1] }], { boundaryTokens: 'include' }),
    ],
    maskWordsLeftToRight: [() => [...e.maskWordsLeftToRight(sentence, [1])]],
    minimalPairs: [() => e.minimalPairs([]), () => e.minimalPairs([{ good: Number.NaN, bad: 0 }])],
    rerank: [
      () => e.rerank([], { weight: 0.5 }),
      () => e.rerank([{ score: 0, logProbability: 0 }], { weight: 2 }),
      () => e.rerank([{ score: 0, logProbability: 0, tokens: 0 }], { weight: 1 }),
      () => e.rerank([{ score: 0, logProbability: 0 }], { weight: 1, normalise: 'length' }),
      () => e.rerank([{ score: Number.NaN, logProbability: 0 }], { weight: 1 }),
    ],
    scoreSentences: [
      () => consumed(e.scoreSentences([{ ...sentence, places: [9] }], { kind: e.onePass, predict: flat })),
      () => consumed(e.scoreSentences([sentence], { kind: e.maskEachToken, predict: flat })),
      () => consumed(e.scoreSentences([sentence], { kind: e.onePass, predict: async () => [] })),
      () => consumed(e.scoreSentences([sentence], { kind: e.onePass, predict: async () => [[Number.NaN]] })),
    ],
    tuneRerankWeight: [
      () => e.tuneRerankWeight([], { loss: () => 0 }),
      () => e.tuneRerankWeight([[{ score: 0, logProbability: 0 }]], { loss: () => 0, weights: [] }),
    ],
    bleu: [() => e.bleu([], []), () => e.bleu(['a'], []), () => e.bleu(['a'], [[]])],
    spellingFigures: [() => e.spellingFigures([], [], []), () => e.spellingFigures(['a'], ['ab'], ['a'])],
    errorRate: [() => e.errorRate([], []), () => e.errorRate(['a'], [' '])],
    rouge: [() => e.rouge('a', ' . ')],
    alignment: [() => e.alignment([[1]], []), () => e.alignment([], [])],
    bhattacharyyaDistance: [],
    cosineSimilarity: [() => e.cosineSimilarity([1], [1, 2])],
    evaluateSts: [() => e.evaluateSts([], [], []), () => e.evaluateSts([[1]], [[1]], [])],
    fitGaussian: [],
    fitWhitening: [
      () =>
        e.fitWhitening([
          [1, 1],
          [2, 2],
        ]),
      () =>
        e.fitWhitening(
          [
            [1, 0],
            [0, 1],
          ],
          { components: 9 },
        ),
    ],
    frechetDistance: [],
    gaussianKl: [],
    meanCosine: [() => e.meanCosine([[1]])],
    partitionIsotropy: [() => e.partitionIsotropy([])],
    uniformity: [() => e.uniformity([[1]])],
    bootstrapInterval: [() => e.bootstrapInterval([], { random })],
    compareSystems: [],
    holm: [() => e.holm([2])],
    mcnemar: [() => e.mcnemar([true], [])],
    meanAndSd: [() => e.meanAndSd([])],
    meanInterval: [() => e.meanInterval([1])],
    differenceOverSeeds: [],
    figureOverSeeds: [() => e.figureOverSeeds([], { random })],
    pairedBootstrap: [() => e.pairedBootstrap([], [], { random }), () => e.pairedBootstrap([1], [1, 2], { random })],
    pairedPermutation: [() => e.pairedPermutation([], [], { random })],
    pairedT: [() => e.pairedT([1], [2]), () => e.pairedT([], [])],
    welchT: [() => e.welchT([1], [2])],
    differenceSpread: [
      () => e.differenceSpread([]),
      () => e.differenceSpread([[1]]),
      () => e.differenceSpread([[1, 2], [1]]),
      () => e.differenceSpread([[1, Number.NaN]]),
    ],
    detectableDifference: [
      () => e.detectableDifference(spread, { rows: 0, seeds: 1 }),
      () => e.detectableDifference(spread, { rows: 1, seeds: 0 }),
      () => e.detectableDifference(spread, { rows: 1, seeds: 1 }, { level: 1 }),
      () => e.detectableDifference(spread, { rows: 1, seeds: 1 }, { power: 0.5 }),
      () => e.detectableDifference(spread, { rows: 1, seeds: 1 }, { comparisons: 0 }),
    ],
    seedsToDetect: [() => e.seedsToDetect(spread, 9, 0), () => e.seedsToDetect(spread, 0, 1)],
    rowsToDetect: [() => e.rowsToDetect(spread, 9, Number.NaN), () => e.rowsToDetect(spread, 0, 1)],
    entityScores: [() => e.entityScores([['O']], [['O', 'O']])],
    entitySpans: [],
    spanScores: [() => e.spanScores([], []), () => e.spanScores(['a'], [[]])],
    wilcoxon: [() => e.wilcoxon([], []), () => e.wilcoxon([Number.NaN], [1])],
    wilsonInterval: [() => e.wilsonInterval(2, 1), () => e.wilsonInterval(0.5, 0)],
  },
};

describe.each(Object.entries(promises))('%s', (_name, functions) => {
  const kept = Object.entries(functions).filter(([, calls]) => calls.length > 0);
  it.each(kept)('%s: every error that its comment promises comes', async (name, calls) => {
    for (const [i, call] of calls.entries()) {
      let failure: unknown;
      try {
        await call();
      } catch (error) {
        failure = error;
      }
      expect(failure, `${name}, call ${i}: ${call}`).toBeInstanceOf(RangeError);
    }
  });
});

it('a function that promises an error is listed above', () => {
  const public_ = { tokenizer, masking, datasets, eval: evaluation };
  for (const [name, exported] of Object.entries(public_)) {
    const root = fileURLToPath(new URL(`../../../${name}/src`, import.meta.url));
    const promising = (readdirSync(root, { recursive: true }) as string[])
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => {
        const source = readFileSync(`${root}/${path}`, 'utf8');
        return [
          ...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:async )?(?:function\*?|const) (\w+)/g),
        ].flatMap(([, comment = '', own = '']) =>
          /\{(Range|Table)Error\}/.test(comment) && own in exported ? [own] : [],
        );
      });
    const unlisted = [...new Set(promising)].filter((own) => !Object.keys(promises[name] as Calls).includes(own));
    expect(unlisted, name).toEqual([]);
  }
});
