import { constant, mean, sparseCrossEntropy, type Tensor } from '@cloze/backend';

/** Mean cross-entropy of finding each row's partner among columns, from scores `[rows, candidates]`; default: column i for row i. @internal */
export function findPartner(scores: Tensor, partnerOf: (row: number) => number = (row) => row): Tensor {
  const rows = scores.shape[0] as number;
  const partners = Array.from({ length: rows }, (_, row) => partnerOf(row));
  return mean(sparseCrossEntropy(scores, constant(partners, [rows], 'int32')));
}
