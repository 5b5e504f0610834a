export { errorSentence } from './node/error-sentence.ts';
export { hashFile } from './node/hash-file.ts';
export { appendTo, logFile, truncateLog } from './node/log-file.ts';
export { type FileOperations, nodeFiles } from './node/node-files.ts';
export { writeWhole } from './node/write-whole.ts';
