import type { HostTensor } from '@cloze/backend';
import type { CrfParameters } from '../../crf/crf-loss.ts';
import type { DetectorParameters } from '../../electra/detect-replaced.ts';
import type { Linear } from '../../parameters/parameter-tree.ts';

/** Parts beside an encoder that files carry. */
export interface CheckpointExtras {
  readonly pooler?: Linear<HostTensor>;
  readonly detector?: DetectorParameters<HostTensor>;
  /** A fine-tuned head, `[width, classes]`; `classifierHead` applies it. */
  readonly classifier?: Linear<HostTensor>;
  /** What some families put before the classifier, `[width, width]`. */
  readonly classifierDense?: Linear<HostTensor>;
  /** A fine-tuned head, `[width, 2]`: for `findSpan`. */
  readonly span?: Linear<HostTensor>;
  /** Of a head for tokens: under pytorch-crf's names below `crf.`, which transformers leaves aside. */
  readonly crf?: CrfParameters<HostTensor>;
  /** The head that pretraining judged the order of two sentences with (BERT, ALBERT), `[width, 2]`: nothing here uses it, a save keeps it. */
  readonly sentenceOrder?: Linear<HostTensor>;
}
