/** What a browser has, as its page finds out. */
export interface BrowserFacts {
  /** Whether pages of this address may share memory between threads (`crossOriginIsolated`). */
  readonly isolated: boolean;
  readonly processors: number;
  /** Whether `navigator.gpu` gave an adapter. */
  readonly gpu: boolean;
}

/** Threads of the runtime: without shared memory one, else not more than small products pay for. */
export const threadsFor = ({ isolated, processors }: BrowserFacts): number =>
  isolated ? Math.max(1, Math.min(4, processors)) : 1;

/** What the page computes on, in a sentence or two. */
export function usesSentence(facts: BrowserFacts, provider: 'cpu' | 'webgpu'): string {
  const threads = threadsFor(facts);
  const gpu = facts.gpu ? 'WebGPU is there and can be chosen.' : 'WebGPU is not there, and not needed.';
  if (provider === 'webgpu') return 'Computes by WebGPU; what it lacks runs by WebAssembly.';
  if (!facts.isolated)
    return `Computes by WebAssembly on one thread: this page's server does not isolate it (COOP and COEP), so threads cannot share memory. ${gpu}`;
  return `Computes by WebAssembly on ${threads} thread${threads === 1 ? '' : 's'}. ${gpu}`;
}
