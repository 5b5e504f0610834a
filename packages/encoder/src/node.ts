export type { HubOptions } from './checkpoint/folder/fetch-folder.ts';
export { type LoadOptions, loadPretrained } from './checkpoint/folder/load-pretrained.ts';
export { loadTokenizerFiles, type TokenizerFolder } from './checkpoint/folder/load-tokenizer-files.ts';
export { type PushedFolder, type PushOptions, pushFolder } from './checkpoint/folder/push-folder.ts';
export { savePretrained } from './checkpoint/folder/save-pretrained.ts';
export type { LoadedPretrained } from './checkpoint/source/load-source.ts';
export type { Pretrained } from './checkpoint/source/pretrained.ts';
export type { SaveOptions } from './checkpoint/source/pretrained-files.ts';
export type { SentenceSettings } from './checkpoint/source/sentence-settings.ts';
