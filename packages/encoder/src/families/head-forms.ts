import type { HeadForm } from './family.ts';

/** BERT's: the pretrained pooler, `tanh(W·first + b)`, then the classifier. */
export const pooledHead: HeadForm = {
  position: 'first',
  map: 'pooler',
  activation: 'tanh',
  dropoutBeforeMap: false,
  classifierName: 'classifier',
};

/** A dense map of its own before the classifier, with dropout on both sides (`…ClassificationHead`). */
export function denseHead(activation: HeadForm['activation']): HeadForm {
  return {
    position: 'first',
    map: 'classifierDense',
    activation,
    dropoutBeforeMap: true,
    denseName: 'classifier.dense',
    classifierName: 'classifier.out_proj',
  };
}
