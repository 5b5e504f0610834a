import { expect, it } from 'vitest';
import { processorKind } from './processor-kind.ts';

const info = (flags: string) => `processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu ${flags} sse2\nbogomips : 1\n`;

it('tells processors of one name apart by the widest vectors they have', () => {
  const kinds = [
    'amx_bf16 avx512_bf16 avx512f avx2',
    'avx2 avx512f avx512_bf16',
    'avx2 avx512f avx512_vnni',
    'avx avx2',
  ];
  expect(kinds.map((flags) => processorKind('AMD EPYC', info(flags)))).toEqual([
    'AMD EPYC, AMX with bfloat16',
    'AMD EPYC, AVX-512 with bfloat16',
    'AMD EPYC, AVX-512',
    'AMD EPYC, AVX2, no AVX-512',
  ]);
  for (const unknown of ['', info('avx'), 'Features : fp asimd\n']) expect(processorKind('Some', unknown)).toBe('Some');
  expect(processorKind()).not.toBe('');
});
