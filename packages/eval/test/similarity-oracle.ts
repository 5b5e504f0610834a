import { oracle } from './oracle.ts';

/** What NumPy, SciPy and PyTorch say of three sets of vectors. */
export const expected: Record<'first' | 'second' | 'other' | 'whitened' | 'whitened3', number[][]> &
  Record<'gold' | 'cosines' | 'mean' | 'covariance', number[]> &
  Record<
    | 'pearson'
    | 'spearman'
    | 'alignment'
    | 'alignment1'
    | 'uniformity'
    | 'meanCosine'
    | 'isotropy'
    | 'frechet'
    | 'frechetSingular'
    | 'kl'
    | 'klBack'
    | 'bhattacharyya',
    number
  > = oracle('similarity');
