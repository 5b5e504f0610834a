import type { GradientFunction } from '../src/index.ts';
import { oracle } from './oracle.ts';

interface Fixture {
  width: number;
  inside: number[][];
  outside: number[];
  shift: number[];
  x: number[];
  baseline: number[];
  integrated: Record<string, number[]>;
  zeros: number[];
  timesInput: number[];
  saliency: number[];
  value: number;
  baselineValue: number;
  legendre: Record<string, [number[], number[]]>;
}

/** What Captum says of a network of two layers, and that network: `Σ outside · tanh(inside · x + shift)`. */
export const captum: Fixture = oracle<Fixture>('attribution');

/** The network and its gradient, by hand. */
export const network: GradientFunction = async (points) =>
  points.map((x) => {
    const hidden = captum.inside.map((row, h) =>
      Math.tanh(row.reduce((sum, w, i) => sum + w * (x[i] as number), captum.shift[h] as number)),
    );
    return {
      value: hidden.reduce((sum, a, h) => sum + a * (captum.outside[h] as number), 0),
      gradient: x.map((_, i) =>
        hidden.reduce(
          (sum, a, h) => sum + (captum.outside[h] as number) * (1 - a * a) * (captum.inside[h]?.[i] as number),
          0,
        ),
      ),
    };
  });
