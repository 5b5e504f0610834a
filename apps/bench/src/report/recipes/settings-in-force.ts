import type { RunRecord } from '../../runs/run-record.ts';

/** What a run was told and took: an encoder that was given stands for a pretraining on streamed text, whose settings then did nothing. */
export function settingsInForce({ settings, encoder }: RunRecord['spec']): unknown {
  if (!encoder || typeof settings !== 'object' || settings === null || !('pretraining' in settings)) return settings;
  const { pretraining: _, text: __, pretrainSeed: ___, ...taken } = settings as Record<string, unknown>;
  return taken;
}
