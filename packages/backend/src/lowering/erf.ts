const REACH = 4;
const STEPS = 64;

/** The error function in double precision: a series near zero, a continued fraction further out. */
export function erfExactly(x: number): number {
  if (x < 0) return -erfExactly(-x);
  if (x < 2) {
    let term = x;
    let total = x;
    for (let n = 1; n < 60 && term !== 0; n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 * total) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return 1 - Math.exp(-x * x) / ((x + fraction) * Math.sqrt(Math.PI));
}

let table: { readonly values: Float64Array; readonly slopes: Float64Array } | undefined;

function tabulate() {
  const values = new Float64Array(REACH * STEPS + 1);
  const slopes = values.slice();
  for (let i = 0; i < values.length; i++) {
    const x = i / STEPS;
    values[i] = erfExactly(x);
    slopes[i] = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
  }
  return { values, slopes };
}

/**
 * `erf(x) = 2/√π ∫₀ˣ exp(−t²) dt` of many numbers, for engines whose own is too coarse.
 *
 * A table every 1/64 up to 4 and Taylor's polynomial of third degree around the nearest entry: `erf(c + h) = erf(c) + s(h − c h² + (2c² − 1) h³/3)`
 * with the slope `s` at `c`; the rest is below 1e-9, and near zero, where `c = 0`, as small relatively. Beyond 4 float32 knows only ±1.
 */
export function erf(x: ArrayLike<number>): Float32Array {
  table ??= tabulate();
  const { values, slopes } = table;
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    const a = Math.abs(value);
    let y = a;
    if (a >= REACH) y = 1;
    else {
      const entry = Math.round(a * STEPS);
      const c = entry / STEPS;
      const h = a - c;
      y = (values[entry] as number) + (slopes[entry] as number) * h * (1 + h * (-c + (h * (2 * c * c - 1)) / 3));
    }
    out[i] = value < 0 ? -y : y;
  }
  return out;
}
