/**
 * An estimate from above of the width of a line of text in a sans-serif system font, in pixels. There is no font to ask where
 * figures are made, so the classes follow DejaVu Sans, the widest of the usual ones.
 * @param size font size, pixels
 */
export function textWidth(text: string, size: number): number {
  let em = 0;
  for (const character of text) em += characterWidth(character);
  return em * size;
}

/** Words laid into lines of at most `width` pixels. A single word that is wider stays whole. */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function characterWidth(character: string): number {
  if (/[iljI.,:;'|!\s]/.test(character)) return 0.34;
  if (/[frt()[\]/\-"⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/.test(character)) return 0.44;
  if (/[mwMWQO@%—…&×−+=<>~]/.test(character)) return /[mwMW@%—…]/.test(character) ? 1 : 0.84;
  if (/[A-Z]/.test(character)) return 0.72;
  return character.codePointAt(0)! > 0x2e80 ? 1.05 : 0.64; // ideographs and pictographs fill a square
}
