import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { tellingText } from '../corpus/telling-text.ts';

/** What a corpus must be told of a tokenizer; a `NativeTokenizer` is one. */
export interface CorpusTokenizer {
  encodeBatch(texts: readonly string[]): Promise<
    readonly {
      readonly ids: Int32Array;
      readonly segments: Int32Array;
      readonly special: Uint8Array;
      readonly wordNumbers: Int32Array;
      /** Tokens left out of each text; a corpus takes none that leaves out any. */
      readonly cut?: readonly number[] | undefined;
    }[]
  >;
  tokenOf(id: number): string | undefined;
  readonly size: number;
}

/** SHA-256 of the files' bytes in their order, the tokenizer (its tokens, and how it cuts a probing text) and the settings. */
export async function corpusIdentity(
  files: readonly string[],
  tokenizer: CorpusTokenizer,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const own = createHash('sha256');
    for await (const piece of createReadStream(file)) own.update(piece as Uint8Array);
    hash.update(own.digest());
  }
  for (let id = 0; id < tokenizer.size; id++) hash.update(`${tokenizer.tokenOf(id) ?? ''}\n`);
  const [encoding] = await tokenizer.encodeBatch([tellingText]);
  hash.update(`${encoding?.ids.join()} ${encoding?.special.join()} ${encoding?.wordNumbers.join()}\n`);
  hash.update(JSON.stringify(settings));
  return hash.digest('hex');
}
