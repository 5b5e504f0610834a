import type { Binding } from '../binding.ts';
import { BertNormalizer, BertPreTokenizer } from './hugging-face.ts';

type NormalizerOptions = Parameters<Binding['bertNormalizer']>[0];

/** Han characters that stand alone, as the native code has them: it begins extension E at U+2B920. */
const han =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/u;

/**
 * BERT's normalisation of one character (a code point). The rules look at one at a time, so that what each becomes is known, and where it came
 * from; `@huggingface/tokenizers` 0.2 sets no Han character beyond U+FFFF apart, so that is done here.
 */
export function normalizeCharacter({ cleanText, handleChineseChars, stripAccents, lowercase }: NormalizerOptions) {
  const rules = new BertNormalizer({
    type: 'BertNormalizer',
    ...{ clean_text: cleanText, handle_chinese_chars: false, strip_accents: stripAccents, lowercase },
  });
  const known = new Map<string, string>();
  return (character: string): string => {
    let form = known.get(character);
    if (form === undefined) {
      form = rules.normalize(character);
      if (handleChineseChars && han.test(character)) form = ` ${form} `;
      known.set(character, form);
    }
    return form;
  };
}

export const bertNormalizer: Binding['bertNormalizer'] = (options) => {
  const normalize = normalizeCharacter(options);
  return { normalizeString: (text) => Array.from(text, normalize).join('') };
};

/** Words of a normalised text, with their places in UTF-16 units. */
export function preTokenize(text: string): [word: string, place: [number, number]][] {
  let end = 0;
  return new BertPreTokenizer().pre_tokenize_text(text).map((word) => {
    const start = text.indexOf(word, end);
    end = start + word.length;
    return [word, [start, end]];
  });
}

export const bertPreTokenizer: Binding['bertPreTokenizer'] = () => ({ preTokenizeString: preTokenize });
