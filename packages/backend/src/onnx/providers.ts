/** What ONNX Runtime can compute on, by its own names for it: `cpu` runs everywhere, the others on some machines. */
export const providerNames = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;

/** One of `providerNames`. */
export type ProviderName = (typeof providerNames)[number];
