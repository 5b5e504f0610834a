import { engineContract } from '../../test/engine-contract.ts';
import { tfjsEngine } from './tfjs-engine.ts';

engineContract('cpu', () => tfjsEngine('cpu'));
engineContract('wasm', () => tfjsEngine('wasm'));
