import type { Side } from './row.ts';

/** Our side of a comparison: it runs in this process, so its peak is this process's. */
export function ownSide(name: string, step: () => Promise<number>, stop: () => void = () => {}): Side {
  return { name, step, stop, peakMegabytes: async () => process.resourceUsage().maxRSS / 1024 };
}
