import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@cloze/encoder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../../models/test/small-model.ts';
import { cloze } from '../../test/cloze.ts';

let root = '';
let base = '';
let texts = '';
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cloze-model-files-'));
  base = await smallModel();
  texts = join(root, 'texts.txt');
  writeFileSync(texts, '床前明月光\n');
});
afterAll(() => rmSync(root, { recursive: true }));

/** A copy of a model with names of tensors changed, and files put beside them. */
function changed(
  from: string,
  rename: (name: string) => string,
  {
    metadata = {},
    files = {},
  }: { readonly metadata?: Readonly<Record<string, string>>; readonly files?: Readonly<Record<string, unknown>> } = {},
): string {
  const folder = mkdtempSync(join(root, 'm-'));
  cpSync(from, folder, { recursive: true });
  const path = join(folder, 'model.safetensors');
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(path)));
  writeFileSync(
    path,
    writeSafetensors(new Map([...tensors].map(([name, tensor]) => [rename(name), tensor])), { ...metadata }),
  );
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}
const config = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
const same = (name: string) => name;
const embed = (model: string) => cloze('embed', texts, '--model', model, '--engine', 'reference', '--json');

describe('files that do not fit as they are, from the terminal', () => {
  it.each(['_orig_mod.', 'model.', 'module.'])(
    'names that begin with %s: the same vectors, and a line that says so',
    async (prefix) => {
      const [plain, wrapped] = [await embed(base), await embed(changed(base, (name) => prefix + name))];
      expect([plain.code, plain.err]).toEqual([0, '']);
      expect(wrapped).toMatchObject({ code: 0, out: plain.out });
      expect(wrapped.err).toContain(`read without '${prefix}' before names`);
    },
  );

  it('an encoder of other names is refused with exit code 1, naming what is there', async () => {
    const strange = changed(base, (name) => `student.${name}`);
    for (const command of [
      ['embed', texts, '--model', strange],
      ['fill', '明[MASK]', '--model', strange],
      ['summary', '--model', strange],
      ['score', texts, '--model', strange],
      ['trim', strange, texts, '--out', join(root, 'trimmed')],
    ]) {
      const { code, out, err } = await cloze(...command);
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(/tensors are missing, 'bert\.embeddings.*the file has 'student\.bert/);
    }
  });

  it('a head that lacks is said to be drawn, and what is left over', async () => {
    const bare = changed(base, (name) => (name.startsWith('cls.') ? `extra.${name}` : name));
    const { code, err } = await embed(bare);
    expect(code).toBe(0);
    expect(err).toMatch(
      /drawn at random, for the file lacks them: 'cls\.predictions.*left over, for nothing here reads them: 'extra\.cls/,
    );
    expect((await cloze('summary', '--model', bare)).err).toContain('drawn at random');
    expect(await cloze('fill', '明[MASK]', '--model', bare)).toMatchObject({ code: 1, out: '' });
  });

  it('a tied matrix that safetensors’ save_model wrote under the head’s name', async () => {
    const table = 'bert.embeddings.word_embeddings.weight';
    const tied = changed(base, (name) => (name === table ? 'cls.predictions.decoder.weight' : name), {
      metadata: { [table]: 'cls.predictions.decoder.weight' },
    });
    const fill = (model: string) => cloze('fill', '明[MASK]', '--model', model, '--engine', 'reference', '--json');
    expect((await fill(tied)).out).toBe((await fill(base)).out);
  });

  it('keys and classes that are not implemented are refused by name', async () => {
    const pruned = changed(base, same, { files: { 'config.json': { ...config(base), pruned_heads: { 0: [1] } } } });
    expect((await embed(pruned)).err).toContain('\'pruned_heads\' is {"0":[1]}, read is only {} or null');
    const layers = changed(base, same, { files: { 'config.json': { ...config(base), num_hidden_layers: 1 } } });
    expect((await embed(layers)).err).toContain('the config says 1 layers (num_hidden_layers), the file has 2');
    const japanese = changed(base, same, {
      files: { 'tokenizer_config.json': { tokenizer_class: 'BertJapaneseTokenizer' } },
    });
    expect(await embed(japanese)).toMatchObject({ code: 1, out: '' });
    expect((await embed(japanese)).err).toContain("the tokenizer's class is BertJapaneseTokenizer");
  });

  it('blank lines in vocab.txt are said, and a folder’s sentence settings hold', async () => {
    const tokenizer = JSON.parse(readFileSync(join(base, 'tokenizer.json'), 'utf8')) as {
      model: { vocab: Record<string, number> };
    };
    const lines = Object.keys(tokenizer.model.vocab);
    const listed = changed(base, same, {
      files: { 'vocab.txt': `${lines.join('\n')}\n\n`, 'config.json': { ...config(base) } },
    });
    rmSync(join(listed, 'tokenizer.json'));
    // The blank line is an id more than the table has rows, and no text has it.
    expect(await embed(listed)).toMatchObject({ code: 0, out: (await embed(base)).out });
    expect((await embed(listed)).err).toContain('vocab.txt has 1 blank lines');
    const blank = changed(base, same, { files: { 'vocab.txt': `${[...lines.slice(0, -1), ''].join('\n')}\n` } });
    rmSync(join(blank, 'tokenizer.json'));
    expect((await embed(blank)).err).toContain('vocab.txt has 1 blank lines, which keep their ids');
    const modules = ['Transformer', 'Pooling', 'Normalize'].map((kind, idx) => ({
      idx,
      path: idx === 0 ? '' : `${idx}_x`,
      type: `sentence_transformers.models.${kind}`,
    }));
    const sentence = changed(base, same, {
      files: { 'modules.json': modules, 'sentence_bert_config.json': { max_seq_length: 5 } },
    });
    const [found] = [await embed(sentence)];
    const { embedding } = JSON.parse(found.out) as { embedding: number[] };
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
    const cut = join(root, 'cut.txt');
    writeFileSync(cut, '床前明\n');
    const expected = await cloze('embed', cut, '--model', base, '--engine', 'reference', '--normalise', '--json');
    expect((JSON.parse(expected.out) as { embedding: number[] }).embedding).toEqual(embedding);
  });

  it('mask shows what the model’s own tokenizer makes of a text', async () => {
    const { model } = JSON.parse(readFileSync(join(base, 'tokenizer.json'), 'utf8')) as {
      model: { vocab: Record<string, number> };
    };
    const lines = [...Object.keys(model.vocab).slice(0, -1), 'A'];
    const of = (cased: boolean) => {
      const settings = { tokenizer_class: 'BertTokenizer', do_lower_case: !cased };
      const folder = changed(base, same, {
        files: { 'vocab.txt': `${lines.join('\n')}\n`, 'tokenizer_config.json': settings },
      });
      rmSync(join(folder, 'tokenizer.json'));
      return folder;
    };
    const shown = async (folder: string) =>
      (await cloze('mask', '床A前A明', '--model', folder, '--policy', 'bernoulli')).out;
    // Lower-cased, A is a letter that the vocabulary has not.
    expect(await shown(of(true))).not.toContain('[UNK]');
    expect(await shown(of(false))).toContain('[UNK]');
  });

  it('trim keeps a RoBERTa of WordPiece as one, with its offset of positions', async () => {
    const roberta = await smallModel('roberta', { positionOffset: 2, segmentTypes: 1 });
    const out = join(root, 'roberta-small');
    expect((await cloze('trim', roberta, texts, '--out', out)).code).toBe(0);
    expect(config(out)).toMatchObject({
      model_type: 'roberta',
      pad_token_id: 1,
      architectures: ['RobertaForMaskedLM'],
    });
  });
});
