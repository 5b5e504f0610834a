import { constant, evaluate, type HostTensor, mapTree, referenceEngine } from '@cloze/backend';
import { encode, encoderConfig, initialParameters } from '@cloze/encoder';
import { type Figure, name } from '@cloze/quick-start';
import { streamFrom } from '@cloze/random';

const verse = [...'床前明月光'];
const models = [
  { model: 'BERT', family: 'bert', own: {} },
  { model: 'left to right', family: 'bert', own: { leftToRight: true } },
  { model: 'T-TA', family: 't-ta', own: {} },
] as const;

/**
 * Which tokens an answer depends on, found by trying: encoders of three layers, each token changed in turn, and what comes out at each place compared.
 *
 * @returns a row a model, answer and token, `counts` where changing the token changes the answer's vector at all
 */
export function inputsThatCount() {
  const engine = referenceEngine();
  const { length } = verse;
  return models.flatMap(({ model, family, own }) => {
    const sizes = { vocabularySize: 2 * length, width: 16, layers: 3, heads: 2, dropout: 0, attentionDropout: 0 };
    const config = encoderConfig({ ...sizes, ...own });
    const drawn = initialParameters(config, streamFrom(1).fork('weights'));
    const parameters = mapTree(drawn, ({ values, shape }: HostTensor) => constant(values, shape));
    const at = (ids: readonly number[]) => {
      const shape = [1, length];
      const inputs = {
        ids: constant(ids, shape, 'int32'),
        segments: constant(
          ids.map(() => 0),
          shape,
          'int32',
        ),
        attend: constant(
          ids.map(() => 1),
          shape,
          'bool',
        ),
      };
      const { values } = evaluate(engine, encode(family, parameters, inputs, config).hidden);
      return ids.map((_, place) => String(Array.from(values.slice(16 * place, 16 * (place + 1)))));
    };
    const ids = verse.map((_, i) => i);
    const said = at(ids);
    return ids.flatMap((changed) =>
      at(ids.map((id) => (id === changed ? id + length : id))).map((now, place) => ({
        model,
        answer: verse[place] as string,
        token: verse[changed] as string,
        counts: now === said[place] ? 'no' : 'yes',
      })),
    );
  });
}

/** Which tokens each answer depends on, a panel a model. */
export const whichInputsCount = (): Figure => ({
  title:
    'Blue: changing the token below changes the answer on the left. Three layers, fresh weights, tried token by token',
  alt: 'Which tokens an answer depends on: BERT on all, its own among them; left to right on its own and those before; T-TA on all but its own',
  rows: inputsThatCount(),
  spec: {
    facet: name('model'),
    columns: 3,
    spec: {
      width: { step: 26 },
      height: { step: 26 },
      mark: { type: 'rect', stroke: 'rgba(128,128,128,.5)' },
      encoding: {
        x: name('token', null, { axis: { labelAngle: 0, labelFontSize: 14 } }),
        y: name('answer', null, { axis: { labelFontSize: 14 } }),
        color: {
          field: 'counts',
          type: 'nominal',
          scale: { domain: ['yes', 'no'], range: ['#2563eb', 'rgba(128,128,128,.08)'] },
          legend: null,
        },
      },
    },
  },
});
