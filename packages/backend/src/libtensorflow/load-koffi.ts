/** koffi, with the sizes that libtensorflow needs: they hold from its first call on, whoever makes it. */
export async function loadKoffi() {
  const { default: koffi } = await import('koffi');
  setSizes(koffi);
  return koffi;
}

/** TensorFlow optimises a graph on the thread that runs it: koffi's 128 kB for background calls are too little. */
export function setSizes(koffi: { config(sizes: object): void }): void {
  try {
    koffi.config({ async_stack_size: 8 << 20, resident_async_pools: 2 });
  } catch {
    // koffi has been called before: by us, with these sizes, or by another user, whose sizes stay.
  }
}
