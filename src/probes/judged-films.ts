import { openClassifier } from "../analyses/classification.ts";
import { centredImage } from "../analyses/frames/centred-image.ts";
import { UsageError } from "../base/errors.ts";
import { shrinkFor } from "../data/moving-images.ts";
import { type Films, firstOf, frameOf, overStretch, type Stretch } from "./films.ts";
import { readField, require, type Subject } from "./subject.ts";

/** Says of frames whether they show the class that their film shows. */
export interface FilmJudge {
  /**
   * @param frames (film, time, pixel), as the films have them
   * @returns      (film, time) of the stretch: 1 where the film's own class is the likeliest, 0 elsewhere
   */
  judge(frames: Float32Array, stretch: Stretch): Promise<Float64Array>;
  dispose(): Promise<void>;
}

/**
 * Opens the subject's judge for frames of its films. What a frame shows is cut out, centred by mass and magnified to the size at which the
 * judge's own images show it: twice where the data set has shrunk them to half.
 * @throws UsageError if the judge cannot classify, or tells other classes or images that are not grey squares
 */
export async function openFilmJudge(subject: Subject, probe: string, films: Films): Promise<FilmJudge> {
  require(subject, probe, ["labels", "judge"]);
  const { dataset } = subject;
  const judge = subject.judge!;
  const { height, width, channels } = judge.dataset.picture;
  const [wanted, got] = [dataset.classes.join(", "), judge.dataset.classes.join(", ")];
  if (wanted !== got || height !== width || channels !== 1) {
    throw new UsageError({
      where: `probe ${probe} of ${subject.name}, judge ${judge.name}`,
      expected: `a classifier of square grey images with the classes ${wanted}`,
      got: `one of ${height} × ${width} × ${channels} with the classes ${got}`,
      fix: `judge by a classifier trained on what ${dataset.title} shows`,
    });
  }
  const cut = { side: height, magnification: shrinkFor(films.size.width) };
  const labels = readField(subject, dataset.splits.test, "label", firstOf(films.count));
  const classifier = await openClassifier(judge.model, judge.parameters, judge.runtime, judge.options);
  const [pixels, classes] = [height ** 2, dataset.classes.length];
  return {
    async judge(frames, stretch) {
      const times = stretch.to - stretch.from;
      const images = new Float32Array(films.count * times * pixels);
      const row = (film: number, t: number): number => film * times + t - stretch.from;
      for (let film = 0; film < films.count; film++) {
        for (let t = stretch.from; t < stretch.to; t++) {
          images.set(centredImage(frameOf(films, frames, film, t), films.size, cut), row(film, t) * pixels);
        }
      }
      const probabilities = await classifier.probabilities(images);
      return overStretch(films, stretch, (film, t) => {
        const p = probabilities.subarray(row(film, t) * classes, (row(film, t) + 1) * classes);
        return p.indexOf(Math.max(...p)) === labels[film] ? 1 : 0;
      });
    },
    dispose: () => classifier.dispose(),
  };
}
