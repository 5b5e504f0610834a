export { decodeLines } from './node/clue/decode-lines.ts';
export { evaluationTexts } from './node/clue/evaluation-texts.ts';
export { listProblems } from './node/clue/list-problems.ts';
export { type BenchmarkSet, readBenchmark } from './node/clue/read-benchmark.ts';
export { readRowsFile } from './node/clue/read-rows-file.ts';
export { readSplit } from './node/clue/read-split.ts';
export { readTaskFile } from './node/clue/read-task-file.ts';
export { expandPaths } from './node/expand-paths.ts';
export {
  type BatchesOptions,
  type Corpus,
  type CorpusOptions,
  type CorpusSize,
  heldOutTexts,
  openCorpus,
} from './node/open-corpus.ts';
export { formatOf, openTable } from './node/open-table.ts';
export { readPmi, writePmi } from './node/pmi-file.ts';
export { type Poem, readPoetry } from './node/read-poetry.ts';
export { readUtf8 } from './node/read-utf8.ts';
export { readWordVectors } from './node/read-word-vectors.ts';
export { streamLines, streamTexts } from './node/stream-texts.ts';
