export { type AdamWOptions, type AdamWState, type AdamWStep, adamW, adamWStep, initialAdamW } from './adam-w.ts';
export { clipByGlobalNorm, globalNorm } from './clip-by-global-norm.ts';
export { linearWarmup } from './schedules/linear-warmup.ts';
export { LossError, type StepRecord, type StepResult, train } from './train.ts';
