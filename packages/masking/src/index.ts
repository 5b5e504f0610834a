export { emptyTargets, type MaskableBatch, type MaskedBatch, type RandomStream } from './batch.ts';
export { type Rounding, tokenBudget } from './budget.ts';
export { type MaskOptions, maskBatch, type Replacement } from './mask-batch.ts';
export { targetEveryToken } from './target-every-token.ts';
