import { anything, checkOptions, needed } from '@cloze/checks';
import type { LoadedPretrained } from '@cloze/encoder';
import { type EncoderConfig, type FamilyName, initialParameters } from '@cloze/encoder';
import type { RandomStream } from '@cloze/random';
import { tokenizerJson, type Vocabulary } from '@cloze/tokenizer';

/**
 * Fresh weights over a vocabulary of BERT's kind, as if they had been opened from a folder: `loadModel` takes them, `savePretrained` saves them.
 *
 * @param random draws the weights
 * @throws {RangeError} when the config's table has not as many rows as the vocabulary has tokens
 */
export function freshWeights(
  vocabulary: Vocabulary,
  config: EncoderConfig,
  options: { readonly family?: FamilyName; readonly random: RandomStream },
): LoadedPretrained {
  checkOptions('freshWeights', options, {
    family: anything,
    random: needed(anything),
  });
  const { family = 'bert', random } = options;

  if (config.vocabularySize !== vocabulary.tokens.length)
    throw new RangeError(
      `freshWeights: the vocabulary has ${vocabulary.tokens.length} tokens, the config a table of ${config.vocabularySize} rows.`,
    );
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    config,
    family,
    parameters: initialParameters(config, random),
    file: {},
    tokenizerFiles: {
      'tokenizer.json': bytes(tokenizerJson(vocabulary)),
      'vocab.txt': bytes(vocabulary.tokens.map((token) => `${token}\n`).join('')),
      'tokenizer_config.json': bytes('{"do_lower_case":true,"tokenizer_class":"BertTokenizer"}\n'),
    },
    ...{ missing: [], unexpected: [], mismatched: [], notes: [] },
  };
}
