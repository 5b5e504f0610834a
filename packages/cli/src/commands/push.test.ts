import { afterEach, expect, it, vi } from 'vitest';
import { smallModel } from '../../../models/test/small-model.ts';
import { cloze } from '../../test/cloze.ts';

afterEach(() => vi.unstubAllEnvs());

it('asks for a token, and never says it', async () => {
  vi.stubEnv('HF_TOKEN', '');
  const model = await smallModel();
  const unnamed = await cloze('push', model, 'me/mine');
  expect(unnamed).toMatchObject({ code: 2, out: '', err: 'cloze: no token: set HF_TOKEN, or give --token.\n' });
  vi.stubEnv('HF_TOKEN', 'hf_abcdefghijklmnopqrstuvwxyz');
  // Port 9 answers nobody.
  const failed = await cloze('push', model, 'me/mine', '--hub-url', 'http://127.0.0.1:9');
  expect(failed).toMatchObject({ code: 1, out: '' });
  expect(failed.err).toContain('http://127.0.0.1:9 did not take me/mine');
  expect(failed.err).not.toContain('hf_');
});
