export { integerBelow, normal, permutation, truncatedNormal } from './draws.ts';
export { mixSeed, type RandomStream, streamFrom } from './stream.ts';
