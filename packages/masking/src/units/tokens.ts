import type { Units } from './units.ts';

/** Every token on its own. */
export const tokens: Units = {
  cut: ({ count }, _random, starts) => {
    for (let i = 0; i < count; i++) starts[i] = i;
    return count;
  },
};
