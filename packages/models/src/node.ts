export * from './index.ts';
export { installEngine } from './node/install-engine.ts';
export { openEngine } from './node/open-engine.ts';
export { type OpenModelOptions, openModel } from './node/open-model.ts';
