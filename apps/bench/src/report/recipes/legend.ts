/** What the marks of a table mean. */
export const legend =
  'Mean ± standard deviation over seeds. ▲ better, ▼ worse than the baseline that ran beside it, p < 0.05 (▲▲, ▼▼: p < 0.01), from three seeds on: over examples and seeds, Holm-corrected over the rows of a column, so that another training on other such examples would show it. Published figures are of far larger models: directions can be compared, levels cannot.';

/** What the verdicts mean. */
export const verdictLegend =
  'Verdicts, from three seeds on: found (same direction, p < 0.05 after Holm), opposite (the other direction, p < 0.05), bounded (undecided, but the 95 % interval leaves the published size out: it is smaller here), too-small (what was run cannot tell the published difference from none). “Below” is how large an undecided difference can be in the published direction. Where a recipe has several tables, the counts take each difference from the one that could see least. Detectable: the least true difference that such a test finds with a power of 80 %.';
