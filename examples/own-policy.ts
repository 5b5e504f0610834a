import { policy, tokens } from '@cloze/masking';
import { maskingContract } from '@cloze/masking/contract';

/** Every second token, from the first or the second on. */
export const everyOther = policy({
  name: 'every-other',
  units: tokens,
  rate: 0.5,
  choose: function* (count, random) {
    for (let i = random.next() < 0.5 ? 0 : 1; i < count; i += 2) yield i;
  },
  replacement: { mask: 1, random: 0, keep: 0 },
});
console.log(maskingContract(everyOther));
