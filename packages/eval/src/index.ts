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
export { submissionOf } from './clue/submission/submission-of.ts';
export { type SubmissionFile, writeSubmission } from './clue/submission/write-submission.ts';
export { afqmc } from './clue/tasks/afqmc.ts';
export { bustm } from './clue/tasks/bustm.ts';
export { cluewsc2020, type WscRow, type WscSpan } from './clue/tasks/cluewsc2020.ts';
export { cmnli } from './clue/tasks/cmnli.ts';
export { type CslRow, csl } from './clue/tasks/csl.ts';
export { type CslTitleRow, cslTitle } from './clue/tasks/csl-title.ts';
export { type CsldcpRow, csldcp } from './clue/tasks/csldcp.ts';
export { type EprstmtRow, eprstmt } from './clue/tasks/eprstmt.ts';
export { type IflytekRow, iflytek } from './clue/tasks/iflytek.ts';
export { ocnli } from './clue/tasks/ocnli.ts';
export type { SentencePairRow } from './clue/tasks/sentence-pair.ts';
export { type SentimentRow, sentiment } from './clue/tasks/sentiment.ts';
export { type TnewsRow, tnews } from './clue/tasks/tnews.ts';
export { accuracy } from './metrics/accuracy.ts';
export { macroF1 } from './metrics/macro-f1.ts';
export { perplexity } from './metrics/perplexity.ts';
export { bootstrapInterval } from './uncertainty/bootstrap-interval.ts';
export { mcnemar } from './uncertainty/mcnemar.ts';
