/** What the marks of a table mean. */
export const legend =
  'Mean ± standard deviation over seeds. ▲ better, ▼ worse than the baseline that ran beside it, p < 0.05 (▲▲, ▼▼: p < 0.01): paired permutation test over examples with seeds averaged, Holm-corrected over the rows of a column. It says whether these models differ on such examples; how much a training varies is the ±. Published figures are of far larger models: directions can be compared, levels cannot.';
