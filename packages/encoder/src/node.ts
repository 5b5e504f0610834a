export type { HubOptions } from './checkpoint/folder/fetch-folder.ts';
export { type LoadedPretrained, type LoadOptions, loadPretrained } from './checkpoint/folder/load-pretrained.ts';
export type { Pretrained } from './checkpoint/folder/pretrained.ts';
export { type PushedFolder, type PushOptions, pushFolder } from './checkpoint/folder/push-folder.ts';
export { type SaveOptions, savePretrained } from './checkpoint/folder/save-pretrained.ts';
export type { SentenceSettings } from './checkpoint/folder/sentence-settings.ts';
