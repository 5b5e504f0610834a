import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Explained {
  text: string;
  pair: string | null;
  tokens: string[];
  value: number;
  integrated: number[];
  fromMask: number[];
  timesInput: number[];
  saliency: number[];
}

/** The folder of a tiny BERT with random weights that `tooling/oracles/eval_model.py` wrote; `classifier` inside it is another. */
export const tinyMlm = fileURLToPath(new URL('../fixtures/tiny-mlm', import.meta.url));

/** What minicons, transformers and Captum say of it. */
export const expected = JSON.parse(readFileSync(`${tinyMlm}/expected.json`, 'utf8')) as {
  texts: string[];
  masked: number[][];
  maskedWords: number[][];
  byHand: number[][];
  leftToRight: number[][];
  token: Explained;
  class: Explained;
};
