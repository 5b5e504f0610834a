export { appendTo, truncateLog } from './log-file.ts';
export { type FileOperations, nodeFiles } from './node-files.ts';
