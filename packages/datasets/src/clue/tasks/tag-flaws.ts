/** Places that may stand before each: BIO's and BIOES's inside and end go on an entity of the same type, BMES's too. */
const goesOn = new Set(['I', 'M', 'E']);

/**
 * What is wrong with a row of tags as a whole: an I-, M- or E- that goes on nothing, and an entity of BMES or BIOES that is not ended. Whoever reads entities
 * takes the former for a beginning and the latter as it stands.
 */
export function tagFlaws(tags: readonly string[]): string[] {
  const flaws: string[] = [];
  // BIO with S- for single characters (MSRA's) ends nothing either.
  const ended = tags.some((tag) => /^[ME]-/.test(tag));
  let open: string | undefined;
  const notEnded = (at: number) => {
    if (open !== undefined && ended) flaws.push(`the ${open} before tag ${at} is not ended`);
  };
  for (const [i, tag] of tags.entries()) {
    const [place = 'O', type] = [tag[0], tag.slice(2)];
    if (goesOn.has(place)) {
      if (open !== type) {
        notEnded(i);
        flaws.push(`tag ${i}, ${tag}, goes on no ${type}`);
      }
      open = place === 'E' ? undefined : type;
      continue;
    }
    notEnded(i);
    open = place === 'B' ? type : undefined;
  }
  notEnded(tags.length);
  return flaws;
}
