import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EncoderConfig, encoderConfig, type FamilyName, initialParameters } from '@cloze/encoder';
import { savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { specialTokens, tokenizerJson, vocabularyFrom } from '@cloze/tokenizer';

/** Characters that the small models know. */
export const characters = [...'床前明月光疑是地上霜举头望低思故乡好坏天气很'];
export const vocabulary = vocabularyFrom([...specialTokens, ...characters]);

/** Saves a model of fresh weights that trains in seconds. @returns its folder */
export async function smallModel(
  family: FamilyName = 'bert',
  sizes: Partial<EncoderConfig> = {},
  seed = 3,
): Promise<string> {
  const config = encoderConfig({
    ...{ vocabularySize: vocabulary.tokens.length, width: 16, layers: 2, heads: 2, maximumLength: 32 },
    ...{ dropout: 0.1, attentionDropout: 0.1 },
    ...sizes,
  });
  const folder = join(mkdtempSync(join(tmpdir(), 'cloze-small-')), 'model');
  await savePretrained(folder, {
    config,
    family,
    parameters: initialParameters(config, streamFrom(seed)),
    tokenizerFiles: { 'tokenizer.json': new TextEncoder().encode(tokenizerJson(vocabulary)) },
  });
  return folder;
}

/** Texts of six to nine characters, drawn from a stream; none of 好坏天气很 is among them. */
export function textsOf(count: number, seed = 5): string[] {
  const random = streamFrom(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 6 + Math.floor(random.next() * 4) }, () => characters[Math.floor(random.next() * 17)]).join(
      '',
    ),
  );
}
