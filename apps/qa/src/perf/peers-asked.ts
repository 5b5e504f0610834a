import { InvalidArgumentError } from 'commander';
import type { PeerName } from './row.ts';

/** What `--peer` brings in: torch stands for the whole table, the others for their own rows. */
const meanings: Readonly<Record<string, readonly PeerName[]>> = {
  torch: ['torch', 'transformers', 'onnxruntime'],
  transformers: ['transformers'],
  onnxruntime: ['onnxruntime'],
};

/** Parses `--peer`. @throws {InvalidArgumentError} naming the peers there are */
export function peersAsked(text: string): PeerName[] {
  return text.split(',').flatMap((name) => {
    const peers = meanings[name.trim()];
    if (!peers) throw new InvalidArgumentError(`'${name}' is none of ${Object.keys(meanings).join(', ')}.`);
    return [...peers];
  });
}
