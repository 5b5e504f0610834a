export { type BatchByLengthOptions, batchByLength, type LengthBatch } from './batching/batch-by-length.ts';
export { type BatchPlan, bucketedBatches, bucketOf } from './batching/bucketed-batches.ts';
export { type Drawn, type MixedCorpus, type Mixture, mixCorpora } from './batching/mix-corpora.ts';
export { type Packable, type PackedRows, packLengths, packSequences } from './batching/pack-sequences.ts';
export { prefetch } from './batching/prefetch.ts';
export { shuffleStream } from './batching/shuffle-stream.ts';
export { benchmarkTasks } from './clue/benchmark-tasks.ts';
export type {
  ClueFile,
  ClueMetric,
  ClueProblem,
  ClueRow,
  ClueSubmission,
  ClueTask,
  ReadOptions,
  ReadRows,
} from './clue/clue-task.ts';
export { clueTasks } from './clue/clue-tasks.ts';
export {
  type DuplicatesAcross,
  type DuplicatesWithin,
  duplicatesAcross,
  duplicatesWithin,
} from './clue/duplicates/count-duplicates.ts';
export { normaliseText } from './clue/duplicates/normalise-text.ts';
export { withoutDuplicates } from './clue/duplicates/without-duplicates.ts';
export { checkSubmission } from './clue/submission/check-submission.ts';
export { currentSubmissions } from './clue/submission/current-submissions.ts';
export { submissionOf } from './clue/submission/submission-of.ts';
export { type SubmissionFile, writeSubmission } from './clue/submission/write-submission.ts';
export { afqmc } from './clue/tasks/afqmc.ts';
export { bustm } from './clue/tasks/bustm.ts';
export { type ChoiceRow, c3 } from './clue/tasks/c3.ts';
export { chid, chidPassage, withChidAnswers } from './clue/tasks/chid.ts';
export { type ChnSentiCorpRow, chnsenticorp } from './clue/tasks/chnsenticorp.ts';
export { cluener, type Entity, type EntityRow } from './clue/tasks/cluener.ts';
export { cluewsc2020, type WscRow, type WscSpan } from './clue/tasks/cluewsc2020.ts';
export { cmnli } from './clue/tasks/cmnli.ts';
export { cmrc2018, type SpanAnswer, type SpanRow } from './clue/tasks/cmrc2018.ts';
export { type ColacRow, colac } from './clue/tasks/colac.ts';
export { type CslRow, csl } from './clue/tasks/csl.ts';
export { type CslTitleRow, cslTitle } from './clue/tasks/csl-title.ts';
export { type CsldcpRow, csldcp } from './clue/tasks/csldcp.ts';
export { cluenerLabel, entityTags, type TaggedText } from './clue/tasks/entity-tags.ts';
export { type EprstmtRow, eprstmt } from './clue/tasks/eprstmt.ts';
export { type IflytekRow, iflytek } from './clue/tasks/iflytek.ts';
export { lcqmc } from './clue/tasks/lcqmc.ts';
export { ocnli } from './clue/tasks/ocnli.ts';
export type { SentencePairRow } from './clue/tasks/sentence-pair.ts';
export { type SentimentRow, sentiment } from './clue/tasks/sentiment.ts';
export { stsZh } from './clue/tasks/sts-zh.ts';
export { msra, resume, type TaggedRow, weibo } from './clue/tasks/tagged.ts';
export { type TnewsRow, tnews } from './clue/tasks/tnews.ts';
export { type BatchOfRows, type CorpusState, corpusOrder, type ShardTable } from './corpus/corpus-order.ts';
export type { BatchesOptions, Corpus, CorpusSize, RowsOptions } from './corpus/corpus-over.ts';
export { type CorpusBatch, masked } from './corpus/masked.ts';
export { textCorpus } from './corpus/text-corpus.ts';
export type { GlueRow } from './glue/glue-task.ts';
export { ax, cola, glueTasks, mnli, mrpc, qnli, qqp, rte, sst2, stsB, wnli } from './glue/glue-tasks.ts';
export { type MinimalPairRow, readMinimalPairs } from './minimal-pairs/read-minimal-pairs.ts';
export { checkIsTable } from './tables/check-is-table.ts';
export { checkTable, type TableCheck } from './tables/check-table.ts';
export { type DuplicateRows, duplicateRows, withoutRows } from './tables/duplicate-rows.ts';
export { type LabelOfRow, labelProblems } from './tables/label-problems.ts';
export { readTable, type TableFormat } from './tables/read-table.ts';
export { type ColumnNames, cellNumber, type SelectedColumns, selectColumns } from './tables/select-columns.ts';
export { type Table, TableError, type TableProblem } from './tables/table.ts';
export { chunkText } from './text/chunk-text.ts';
export { type EncodeTimes, encodeWithWords } from './text/encode-with-words.ts';
export { type LineSplitter, lineSplitter } from './text/line-splitter.ts';
export { loneSurrogate } from './text/lone-surrogate.ts';
export { maskableBatches } from './text/maskable-batches.ts';
export { type PolicySetting, type PolicySources, policySetting } from './text/policy-setting.ts';
export { segmentCorpus } from './text/segment-corpus.ts';
export { wellFormed } from './text/well-formed.ts';
