/** A point of the writing plane: x to the right, y down; a digit is about one unit high. */
export type Point = readonly [x: number, y: number];

/** What the pen draws without being lifted: smooth arcs that meet in corners. Each arc passes through all of its points. */
export type PenStroke = readonly (readonly Point[])[];

/** One way to write a digit. */
export type Template = readonly PenStroke[];

/**
 * Ways to write each digit, our own drawing. Points are "x,y" in hundredths, in the order of the pen; "!" after a point makes
 * it a corner, "/" lifts the pen.
 */
export const templates: readonly (readonly Template[])[] = [
  [
    "52,4 31,14 20,40 23,70 38,92 58,94 75,74 80,44 71,15 51,4", // oval from the top
    "62,7 44,6 32,26 27,54 32,86 48,95 62,80 71,48 68,18 54,5", // narrow
    "66,11 46,4 26,22 19,52 28,84 48,96 69,84 80,54 75,24 60,8 44,14", // closes with a hook inside
  ],
  [
    "52,4 51,50 50,96",
    "60,4 51,50 41,96", // leaning
    "32,25 52,5! 51,50 50,96", // with an upstroke
    "34,22 53,5! 52,50 51,95 / 31,95 50,94 72,95", // with a base
  ],
  [
    "22,26 34,8 56,5 72,20 67,42 45,68 20,93! 50,92 80,91", // corner at the base
    "22,24 36,7 60,6 73,25 62,50 42,74 27,90 18,83 27,75 46,85 64,94 84,87", // loop at the base
    "24,16 46,5 68,12 67,34 46,62 24,88 34,89 58,88 82,92", // round base
    "26,30 28,12 50,5 70,18 64,46 44,72 26,94! 50,86 66,93 82,85", // wave at the base
  ],
  [
    "24,14 46,4 68,16 65,36 44,46! 68,54 76,75 55,96 22,86",
    "22,9 48,8 74,7! 58,26 42,42! 66,48 78,70 62,92 38,96 20,86", // flat top
    "24,16 44,5 66,14 64,34 46,46 37,47 47,44 67,53 75,74 55,95 24,88", // small loop in the middle
    "28,12 52,6 66,20 52,38 40,46 58,50 72,68 62,90 38,97 24,88", // no corner
  ],
  [
    "30,6 25,34 21,57! 50,58 84,54 / 65,10 63,50 60,96", // open
    "62,5 40,33 15,64! 50,64 86,62 / 63,5 62,50 60,96", // closed
    "26,10 21,38 34,57 57,53 73,38 / 77,6 71,50 65,96", // open, round
    "84,60 50,63 17,62! 40,34 64,5! 62,50 58,96", // closed in one stroke
  ],
  [
    "74,8 52,8 33,9! 30,26 27,44! 47,38 70,48 75,70 58,92 22,89",
    "33,9 31,28 28,44! 50,38 73,52 73,76 52,95 22,88 / 33,9 56,9 80,6", // the top added last
    "76,11 54,6 34,13 30,34 50,46 70,58 72,79 49,96 22,87", // like an S
  ],
  [
    "66,6 43,24 27,54 28,82 48,96 70,85 71,64 54,54 37,62 28,78",
    "50,4 34,36 25,68 36,91 58,95 74,80 68,62 48,58 30,72", // straight stem
    "74,14 57,6 35,23 23,57 30,87 54,96 73,80 69,60 48,54 28,68", // curled stem
    "58,4 38,30 26,62 32,90 52,92 60,76 50,65 34,72 27,84", // small loop
  ],
  [
    "22,10 50,10 78,8! 59,48 43,96",
    "22,10 50,10 78,8! 59,48 43,96 / 35,52 54,50 75,51", // with a bar
    "21,26 23,9! 50,12 80,8! 62,40 52,68 46,96", // with a serif
    "20,14 44,6 73,10 70,34 54,60 44,96", // round shoulder
  ],
  [
    "70,14 50,4 30,14 33,32 52,48 72,66 69,88 48,96 26,86 31,66 52,48 69,32 70,14",
    "50,5 30,16 33,38 52,46 70,36 70,15 50,5 / 51,46 29,59 26,84 50,96 74,84 72,59 51,46", // two rings
    "74,13 48,5 31,20 41,40 63,57 69,80 50,96 31,84 37,63 57,44 71,25 77,8", // open at the top
    "46,48 34,28 46,6 66,14 64,34 42,52 26,74 40,95 66,90 70,68 50,50", // from the middle
  ],
  [
    "72,22 52,5 28,16 25,38 45,50 66,40 72,20! 70,60 67,96", // straight stem
    "72,22 54,6 30,14 24,36 42,50 64,42 72,22 74,50 66,84 44,96 26,88", // curved stem
    "70,14 48,5 27,20 28,44 50,48 69,30 73,9! 63,52 50,96", // leaning
    "66,14 46,5 32,18 34,38 50,42 64,28 68,14 66,52 56,96", // small loop
  ],
].map((ways) => ways.map(template));

function template(text: string): Template {
  return text.split("/").map((stroke) => {
    const arcs: Point[][] = [[]];
    for (const word of stroke.trim().split(/\s+/)) {
      const [x, y] = word.replace("!", "").split(",").map(Number);
      const point: Point = [x / 100, y / 100];
      arcs.at(-1)!.push(point);
      if (word.endsWith("!")) arcs.push([point]);
    }
    return arcs;
  });
}
