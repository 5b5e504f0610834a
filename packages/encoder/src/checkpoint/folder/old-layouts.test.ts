import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/small-model.ts';
import { tensorflowCheckpoint } from '../../../test/tensorflow-checkpoint.ts';
import {
  checkpointFromParameters,
  configToHub,
  readPytorchBin,
  readSafetensors,
  writeSafetensors,
} from '../../index.ts';
import { loadPretrained, savePretrained } from '../../node.ts';
import { optionalFile } from './optional-file.ts';
import { asideOf } from './save-pretrained.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url)));
const { config, host } = smallModel({ layers: 2 });
const weights = checkpointFromParameters(host, config);
const file = configToHub(config);

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cloze-layouts-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** A folder of these files. */
function folderOf(files: Readonly<Record<string, string | Uint8Array | object>>): string {
  const folder = mkdtempSync(join(root, 'm-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const isData = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(folder, name), isData ? content : JSON.stringify(content));
  }
  return folder;
}
const safetensors = writeSafetensors(weights);

describe('torch.save before 1.6', () => {
  const old = fixture('tiny-bert-before-1.6.bin');
  it('gives the tensors of the newer file, a tied one and a transposed view included', () => {
    const [before, after] = [readPytorchBin(old), readPytorchBin(fixture('tiny-bert.bin'))];
    expect([...before.keys()].sort()).toEqual([...after.keys()].sort());
    for (const [name, tensor] of after) expect(before.get(name), name).toEqual(tensor);
    expect(before.get('cls.predictions.bias')).toEqual(
      readSafetensors(fixture('tiny-bert.safetensors')).tensors.get('cls.predictions.bias'),
    );
  });
  it('cut anywhere it is refused in our words', () => {
    for (let size = 0; size < old.length - 1; size += 211)
      expect(() => readPytorchBin(old.slice(0, size))).toThrow(/pickle|file ends|runs past|Not a zip/);
  });
  it('names the file that is of no form it knows', async () => {
    const folder = folderOf({ 'config.json': file, 'pytorch_model.bin': new Uint8Array(100) });
    await expect(loadPretrained(folder)).rejects.toThrow(`${join(folder, 'pytorch_model.bin')}: Not a zip archive`);
  });
});

describe('a config under another name', () => {
  const small = { ...file, model_type: undefined };
  it.each([
    ['albert_config.json', 'albert'],
    ['roberta_config_tiny.json', 'roberta'],
    ['my_model_config.json', 'bert'],
  ])('%s is read, as %s’s', async (name, family) => {
    const { config: own, host: tree } = smallModel({
      layers: 2,
      ...(family === 'albert' && { embeddingWidth: 8, sharedLayers: true }),
      ...(family === 'roberta' && { positionOffset: 2 }),
    });
    const of = family as 'bert';
    const { model_type: _, architectures: _classes, ...bare } = configToHub(own, { family: of });
    const folder = folderOf({
      [name]: bare,
      'tokenizer_config.json': {},
      'generation_config.json': {},
      'model.safetensors': writeSafetensors(checkpointFromParameters(tree, own, { family: of })),
    });
    const loaded = await loadPretrained(folder);
    expect([loaded.family, loaded.parameters]).toEqual([family, tree]);
    expect(loaded.notes[0]).toBe(`the config is ${name}`);
  });
  it('without model_type: the class says the family, else keys that only ALBERT has', async () => {
    const classed = folderOf({
      'config.json': { ...small, architectures: ['RobertaForMaskedLM'] },
      'model.safetensors': safetensors,
    });
    await expect(loadPretrained(classed)).rejects.toThrow("'roberta.embeddings.word_embeddings.weight'");
    const shared = folderOf({
      'config.json': { ...small, architectures: undefined, num_hidden_groups: 1 },
      'model.safetensors': safetensors,
    });
    await expect(loadPretrained(shared)).rejects.toThrow("'albert.embeddings");
  });
  it('several, or models inside, are told', async () => {
    const two = folderOf({ 'a_config.json': small, 'b_config.json': small });
    await expect(loadPretrained(two)).rejects.toThrow("several others: 'a_config.json', 'b_config.json'");
    const runs = folderOf({ 'checkpoint-5/config.json': file, 'checkpoint-10/config.json': file });
    await expect(loadPretrained(runs)).rejects.toThrow("'checkpoint-10', 'checkpoint-5' inside it have one each");
    const sentence = folderOf({ 'modules.json': [], '0_Transformer/config.json': file });
    await expect(loadPretrained(sentence)).rejects.toThrow("'0_Transformer' inside it has one, name that folder");
  });
});

describe('TensorFlow’s folders', () => {
  const google = (values: number) => {
    const variables = new Map(
      [...weights].map(([name, { shape, values: own }]) => {
        const isKernel = shape.length === 2 && !/embeddings/.test(name);
        const [rows = 0, columns = 0] = shape;
        const turned = Float32Array.from(
          own,
          (_, i) =>
            (isKernel ? (own[(i % rows) * columns + Math.floor(i / rows)] as number) : (own[i] as number)) + values,
        );
        const path = name
          .replace(/(embeddings)\.weight$/, '$1')
          .replace('cls.predictions.bias', 'cls.predictions.output_bias')
          .replace(/LayerNorm\.weight$/, 'LayerNorm.gamma')
          .replace(/LayerNorm\.bias$/, 'LayerNorm.beta')
          .replace(/\.weight$/, '.kernel');
        return [
          path.replaceAll('.', '/').replace(/layer\/(\d+)/, 'layer_$1'),
          { shape: isKernel ? [columns, rows] : shape, dtype: 'float32' as const, values: turned },
        ] as const;
      }),
    );
    return tensorflowCheckpoint(variables);
  };
  const files = (step: number) => {
    const { index, data } = google(step / 1000);
    return { [`model.ckpt-${step}.index`]: index, [`model.ckpt-${step}.data-00000-of-00001`]: data };
  };
  it('`checkpoint` names the newest of several', async () => {
    const several = { 'bert_config.json': file, ...files(0), ...files(1000) };
    const state = 'model_checkpoint_path: "/home/x/model.ckpt-0"\nall_model_checkpoint_paths: "model.ckpt-1000"\n';
    const loaded = await loadPretrained(folderOf({ ...several, checkpoint: state }));
    expect(loaded.parameters).toEqual(host);
    expect(loaded.notes).toEqual(["of 2 checkpoints model.ckpt-0 is read, which 'checkpoint' names"]);
    await expect(loadPretrained(folderOf(several))).rejects.toThrow("keep one, or a file 'checkpoint' that names it");
    await expect(
      loadPretrained(folderOf({ ...several, checkpoint: 'model_checkpoint_path: "model.ckpt-5"' })),
    ).rejects.toThrow("keep one, or a file 'checkpoint' that names it (it names 'model.ckpt-5')");
  });
  it('`checkpoint` that names another than the one there is, is told; one that names it, or nothing, is not', async () => {
    const notesWith = async (checkpoint: string) =>
      (await loadPretrained(folderOf({ 'bert_config.json': file, ...files(0), checkpoint }))).notes;
    expect(await notesWith('model_checkpoint_path: "old.ckpt-7"\n')).toEqual([
      "'checkpoint' names 'old.ckpt-7', which is not there; model.ckpt-0 is read",
    ]);
    for (const quiet of ['model_checkpoint_path: "/elsewhere/model.ckpt-0"\r\n', '', 'no state at all'])
      expect(await notesWith(quiet)).toEqual([]);
  });
  it('an index without its data, and another model’s files, are named', async () => {
    const { 'model.ckpt-0.index': index } = files(0);
    await expect(
      loadPretrained(folderOf({ 'config.json': file, 'model.ckpt-0.index': index as Uint8Array })),
    ).rejects.toThrow('model.ckpt-0.index');
    const other = folderOf({ 'config.json': file, 'tf_model.h5': 'x', 'flax_model.msgpack': 'x' });
    await expect(loadPretrained(other)).rejects.toThrow("'flax_model.msgpack', 'tf_model.h5' are not read");
  });
});

describe('what lies in the place of a file', () => {
  it.each([
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:00', 'is a pointer of Git LFS'],
    ['a page', '<!DOCTYPE html><html>', 'is a web page'],
    ['nothing', '', 'is empty'],
  ])('%s is told by the file’s name', async (_what, content, message) => {
    for (const name of ['model.safetensors', 'pytorch_model.bin']) {
      const folder = folderOf({ 'config.json': file, [name]: content });
      await expect(loadPretrained(folder)).rejects.toThrow(`${join(folder, name)} ${message}`);
    }
  });
  it.each([
    [
      'model.safetensors',
      zipSync({ 'm/data.pkl': Uint8Array.of(46) }, { level: 0 }),
      'is a zip archive, as torch.save writes it; call it pytorch_model.bin',
    ],
    ['pytorch_model.bin', safetensors, 'has the form of safetensors; call it model.safetensors'],
    ['model.safetensors.index.json', safetensors, 'has the form of safetensors; call it model.safetensors'],
    ['pytorch_model.bin', gzipSync(safetensors), 'is compressed by gzip; unpack it'],
    ['model.safetensors', Uint8Array.from('\u0089HDF\r\n\u001a\n', (c) => c.charCodeAt(0)), 'is HDF5'],
    ['pytorch_model.bin', Uint8Array.from('GGUF\u0003', (c) => c.charCodeAt(0)), 'is GGUF'],
  ])('%s of another form is told by that form', async (name, content, message) => {
    const folder = folderOf({ 'config.json': file, [name]: content });
    await expect(loadPretrained(folder)).rejects.toThrow(`${join(folder, name)} ${message}`);
  });
  it('an adapter beside whole weights is refused: it changes what they compute', async () => {
    const files = { 'config.json': file, 'model.safetensors': safetensors };
    const folder = folderOf({ ...files, 'adapter_config.json': { peft_type: 'LORA' } });
    await expect(loadPretrained(folder)).rejects.toThrow(`${folder} has an adapter (adapter_config.json)`);
    // Those of a folder inside are another model's.
    const inner = folderOf({ ...files, 'lora/adapter_config.json': { peft_type: 'LORA' } });
    expect((await loadPretrained(inner)).parameters).toEqual(host);
  });
  it('settings nested so deep that no save could write them are refused', async () => {
    const nested = JSON.stringify(file).replace(/}$/, `,"x":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    const folder = folderOf({ 'config.json': nested, 'model.safetensors': safetensors });
    await expect(loadPretrained(folder)).rejects.toThrow('config.json is not JSON: it is nested more than 100 deep');
  });
  it('a pipe and a folder do not hang', async () => {
    const folder = folderOf({ 'config.json': file });
    const pipe = 'mk' + 'fifo';
    execFileSync('sh', ['-c', `${pipe} '${join(folder, 'model.safetensors')}'`]);
    await expect(loadPretrained(folder)).rejects.toThrow('model.safetensors is no file');
    mkdirSync(join(folder, 'inner'));
    await expect(optionalFile(join(folder, 'inner'))).rejects.toThrow('inner is no file');
  });
  it('a file of more than 2 GiB is read, or named with its size', async () => {
    const path = join(root, 'large');
    writeFileSync(path, '');
    truncateSync(path, 2 ** 40 * 15);
    await expect(optionalFile(path)).rejects.toThrow(`${path} has 15360.0 GiB, which this process has no room for`);
    rmSync(path);
  });
});

describe('savePretrained over a folder', () => {
  const model = {
    config,
    parameters: host,
    tokenizerFiles: {},
    otherFiles: { '1_Pooling/config.json': new TextEncoder().encode('{}') },
  };
  it('keeps files of folders inside, and nothing of a former one', async () => {
    const folder = join(root, 'over');
    await savePretrained(folder, { ...model, tokenizerFiles: { 'vocab.txt': new Uint8Array(3) } });
    await savePretrained(folder, model);
    expect(readdirSync(folder).sort()).toEqual(['1_Pooling', 'config.json', 'model.safetensors']);
    expect(readFileSync(join(folder, '1_Pooling/config.json'), 'utf8')).toBe('{}');
    expect(readdirSync(root).filter((name) => name.startsWith('.over'))).toEqual([]);
  });
  it('a process that ended between the two renames left a whole model, which is found', async () => {
    const folder = join(root, 'ended');
    await savePretrained(folder, model);
    renameSync(folder, asideOf(folder));
    const loaded = await loadPretrained(folder);
    expect(loaded.parameters).toEqual(host);
    expect(loaded.notes).toEqual(['a save was ended before it was whole; this is the model from before it']);
    renameSync(folder, asideOf(folder));
    await savePretrained(folder, model);
    expect(readdirSync(root).filter((name) => name.includes('.ended'))).toEqual([]);
  });
  it('a failure leaves what was there', async () => {
    const folder = join(root, 'failing');
    await savePretrained(folder, model);
    const before = statSync(join(folder, 'model.safetensors')).mtimeMs;
    await expect(savePretrained(folder, model, { maxShardSize: Number.NaN })).rejects.toThrow();
    expect(statSync(join(folder, 'model.safetensors')).mtimeMs).toBe(before);
    expect(readdirSync(root).filter((name) => name.startsWith('.failing'))).toEqual([]);
  });
  it('a folder that holds files and is no model, and a file, are refused', async () => {
    await expect(savePretrained(folderOf({ 'thesis.txt': 'years of work' }), model)).rejects.toThrow(
      'holds files that are no model',
    );
    for (const mine of ['thesis.txt', '.git/HEAD', 'checkpoint-5/state.json', 'training_args.bin']) {
      const kept = folderOf({ 'config.json': file, 'model.safetensors': safetensors, [mine]: 'years of work' });
      const name = mine.split('/')[0];
      await expect(savePretrained(kept, model)).rejects.toThrow(
        `${kept} holds '${name}' beside its model, which would be lost`,
      );
      expect(readFileSync(join(kept, mine), 'utf8')).toBe('years of work');
    }
    // What a model's folder has, whoever wrote it, gives way.
    const usual = [
      'README.md',
      'tokenizer_config.json',
      'spm.model',
      '1_Pooling/config.json',
      'onnx/model.onnx',
      'model-00001-of-00002.safetensors',
    ];
    const former = folderOf({ 'config.json': file, ...Object.fromEntries(usual.map((name) => [name, 'x'])) });
    await savePretrained(former, model);
    for (const gone of ['README.md', 'spm.model']) expect(readdirSync(former)).not.toContain(gone);
    const path = join(root, 'a-file');
    writeFileSync(path, 'x');
    await expect(savePretrained(path, model)).rejects.toThrow('is a file; name a folder');
  });
});
