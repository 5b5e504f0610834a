export { type FileOperations, nodeFiles } from './node-files.ts';
