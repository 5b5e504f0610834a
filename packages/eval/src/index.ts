export { accuracy } from './metrics/accuracy.ts';
export { macroF1 } from './metrics/macro-f1.ts';
export { perplexity } from './metrics/perplexity.ts';
export { bootstrapInterval } from './uncertainty/bootstrap-interval.ts';
export { mcnemar } from './uncertainty/mcnemar.ts';
