import { describe, expect, it } from 'vitest';
import { engineContract } from '../../test/engine-contract.ts';
import { tensorflowEngine } from './tensorflow-engine.ts';
import { tfjsEngine } from './tfjs-engine.ts';

engineContract('cpu', () => tfjsEngine('cpu'));
engineContract('wasm', () => tfjsEngine('wasm'));
engineContract('tensorflow', async () => tensorflowEngine(process.env.CLOZE_LIBTENSORFLOW as string));
