import type { EncoderConfig } from './encoder-config.ts';

/** What is wrong with the parts that DeBERTa has. */
function disentangledProblems(config: EncoderConfig): string[] {
  const {
    positionKind,
    distanceBuckets: buckets = 0,
    longestDistance = config.maximumLength,
    convolution = 0,
  } = config;
  const problems: string[] = [];
  if (positionKind === 'disentangled' && config.attentionKind === 'random')
    problems.push("positionKind 'disentangled' needs queries and keys; attentionKind 'random' has none");
  if (buckets === 1) problems.push('distanceBuckets must be 0, or at least 2, got 1');
  // Buckets grow as a logarithm from half of them to the longest distance.
  if (positionKind === 'disentangled' && buckets > 1 && longestDistance - 1 <= Math.floor(buckets / 2))
    problems.push(
      `longestDistance (${longestDistance}) must be above distanceBuckets / 2 + 1 (${Math.floor(buckets / 2) + 1})`,
    );
  if (convolution > 0 && convolution % 2 === 0) problems.push(`convolution must be an odd number, got ${convolution}`);
  return problems;
}

/** What of a config does not go together, a sentence part each. */
export function contradictionsIn(config: EncoderConfig): string[] {
  const problems = disentangledProblems(config);
  if (config.width % config.heads !== 0) problems.push(`heads (${config.heads}) must divide width (${config.width})`);
  if (config.positionKind === 'rotary' && (config.width / config.heads) % 2 !== 0)
    problems.push(`rotary positions turn pairs: width / heads must be even, got ${config.width / config.heads}`);
  if (config.positionOffset >= config.maximumLength)
    problems.push(`positionOffset must be below maximumLength (${config.maximumLength}), got ${config.positionOffset}`);
  if (config.queryToken !== undefined && config.queryToken >= config.vocabularySize)
    problems.push(`queryToken must be a row from 0 to ${config.vocabularySize - 1}, got ${config.queryToken}`);
  if (config.rotaryValues && config.positionKind !== 'rotary')
    problems.push(`rotaryValues need positionKind 'rotary', got '${config.positionKind}'`);
  if (config.firstNorm === false && config.normPlacement !== 'pre')
    problems.push(`firstNorm false needs normPlacement 'pre', got '${config.normPlacement}'`);
  const { biasBuckets = 0, layerGroups = 1, groupLayers = 1 } = config;
  if (biasBuckets > 0 && biasBuckets < 4) problems.push(`biasBuckets must be 0, or at least 4, got ${biasBuckets}`);
  if (layerGroups * groupLayers > 1 && !config.sharedLayers)
    problems.push('layerGroups and groupLayers need sharedLayers');
  if (layerGroups * groupLayers > 1000)
    problems.push(`layerGroups · groupLayers must be at most 1000, got ${layerGroups * groupLayers}`);
  if (config.headTransform === false && config.embeddingWidth !== config.width)
    problems.push(
      `headTransform false needs tables as wide as the blocks, ${config.width}, got ${config.embeddingWidth}`,
    );
  return problems;
}
