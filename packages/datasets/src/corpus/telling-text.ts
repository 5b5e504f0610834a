/** A text that tells how a tokenizer treats case, accents, digits, Han characters, spaces and special tokens. */
export const tellingText = 'The ÀÉ café, 12.5%  床前明月光 \u3000①ｆｕｌｌ [MASK] <mask> ##ing don’t 𠮷\u0000\u200b';
