/**
 * How a batch gets its two passes: `separate`: the model is called twice; `interleaved`: once, on rows 0, 0, 1, 1, … ;
 * `concatenated`: once, on rows 0, 1, …, 0, 1, … .
 *
 * The mathematics is the same; dropout is drawn by row, so the two copies of a row always get their own.
 */
export type Arrangement = 'separate' | 'interleaved' | 'concatenated';
