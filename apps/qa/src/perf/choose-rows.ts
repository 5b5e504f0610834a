import { groups } from './groups.ts';
import type { PeerName, PerfRow } from './row.ts';

/** The rows of a group, or of all; with peers asked for other than torch, only rows against them. */
export function chooseRows(group: string | undefined, peers: readonly PeerName[]): PerfRow[] {
  const rows = group === undefined ? Object.values(groups).flat() : (groups[group] ?? []);
  if (peers.length === 0 || peers.includes('torch')) return [...rows];
  return rows.filter((row) => 'peers' in row && row.peers.some(({ kind }) => peers.includes(kind)));
}
