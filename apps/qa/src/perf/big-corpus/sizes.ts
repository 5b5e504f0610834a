/** What the big-corpus rows pretrain: small enough that input, not products, would be what is waited for. */
export const sizes = { layers: 2, width: 128, vocabularySize: 8000, length: 128, batchSize: 32 } as const;
