import koffi from 'koffi';

/** One sentence on what a GPU build of libtensorflow lacks here, as far as the loader tells. @internal */
export function whyNoGpu(load: (name: string) => unknown = koffi.load): string {
  try {
    load('libcuda.so.1');
    return 'The NVIDIA driver loads; the GPU build (cloze-backend install --gpu) also needs CUDA 12.5 or later and cuDNN 9 where the loader finds them (LD_LIBRARY_PATH).';
  } catch {
    return 'The NVIDIA driver (libcuda.so.1) is not installed.';
  }
}
