import type { SavedPrediction } from '@cloze/models';

/** A prediction for people: a class and its probability, classes, a number, tags, or a text. */
export function showPrediction(prediction: SavedPrediction): string {
  if ('label' in prediction) return `${prediction.label}   ${prediction.probabilities[prediction.label]?.toFixed(2)}`;
  if ('labels' in prediction)
    return prediction.labels.length === 0
      ? 'none'
      : prediction.labels.map((label) => `${label} ${prediction.probabilities[label]?.toFixed(2)}`).join('   ');
  if ('value' in prediction) return prediction.value.toPrecision(4);
  if ('tags' in prediction) return prediction.tags.map((tag) => tag ?? '-').join(' ');
  if ('index' in prediction) return `${prediction.text}   ${prediction.probabilities[prediction.index]?.toFixed(2)}`;
  return prediction.text === '' ? 'no answer' : prediction.text;
}
