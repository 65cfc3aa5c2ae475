import { nearest, UsageError } from "../base/errors.ts";
import { axis, type Shape, sizeOf } from "../base/shape.ts";

/** One named array per example. */
export interface Field {
  readonly name: string;
  /** Axes of one example, named: (pixel=784); `[]` for a single number. */
  readonly shape: Shape;
  /** Least and greatest value an element can take. */
  readonly range: readonly [number, number];
  /** What a model may see, what it may be scored with, or what the example was generated from. */
  readonly kind: "observation" | "label" | "factor";
  readonly doc: string;
}

/** Examples numbered 0…count−1. */
export interface Split {
  readonly name: string;
  readonly count: number;
  /**
   * Copies the named field of the examples at `indices` into out, row by row.
   * @param out exactly indices.length × (elements of one example)
   * @throws UsageError if the field is unknown, an index is not a whole number in 0…count−1, or out has another length
   */
  read(field: string, indices: ArrayLike<number>, out: Float32Array): void;
}

/**
 * Rows, columns and channels of the observation as a picture, channels innermost; of one frame of it where the observation is a film,
 * (time, …), which then has more elements than the picture.
 */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Examples to train on and examples to test on, with the same fields. What every data set of Helmholtz meets. */
export interface Dataset {
  readonly id: string;
  readonly title: string;
  /** One sentence: where these bytes come from. */
  readonly provenance: string;
  /** True if a program drew the examples. */
  readonly generated: boolean;
  readonly fields: readonly Field[];
  /** Names of the classes; a label is an index into them. Empty where there are no labels. */
  readonly classes: readonly string[];
  readonly picture: Picture;
  readonly splits: { readonly train: Split; readonly test: Split };
}

/** Bytes of one split, example by example. */
export interface ImageBytes {
  /** (example, row, column, channel), 0 = background, 255 = full ink. */
  readonly images: Uint8Array;
  /** (example), each an index into the classes. */
  readonly labels: Uint8Array;
  /** Called with an example's number before its pixels are read, so that images can be drawn when first needed. */
  readonly prepare?: (index: number) => void;
}

/** What imageDataset needs. */
export interface ImageDatasetParts {
  readonly id: string;
  readonly title: string;
  readonly provenance: string;
  readonly generated: boolean;
  readonly classes: readonly string[];
  readonly picture: Picture;
  readonly train: ImageBytes;
  readonly test: ImageBytes;
}

/**
 * A data set of still pictures with one label each. Fields: "image" (pixel=height·width·channels), byte/255 in [0, 1];
 * "label" (), the class's number. The byte arrays are kept, not copied.
 * @throws UsageError if images and labels differ in count or a label names no class
 */
export function imageDataset(parts: ImageDatasetParts): Dataset {
  const { id, title, provenance, generated, classes, picture } = parts;
  const fields: Field[] = [
    {
      name: "image",
      shape: [axis("pixel", picture.height * picture.width * picture.channels)],
      range: [0, 1],
      kind: "observation",
      doc: "grey levels row by row, 0 = background, 1 = full ink",
    },
    { name: "label", shape: [], range: [0, classes.length - 1], kind: "label", doc: "number of the class" },
  ];
  const split = (name: string, bytes: ImageBytes): Split => imageSplit(`${id}/${name}`, name, bytes, fields, classes);
  return {
    id,
    title,
    provenance,
    generated,
    fields,
    classes,
    picture,
    splits: { train: split("train", parts.train), test: split("test", parts.test) },
  };
}

/** The field of that name. @throws UsageError, naming the nearest one, if there is none */
export function fieldOf(dataset: Pick<Dataset, "id" | "fields">, name: string): Field {
  return find(dataset.id, dataset.fields, name);
}

/** Checks what Split.read was given, the same way in every data set. @returns the field */
export function checkRead(
  where: string,
  fields: readonly Field[],
  count: number,
  name: string,
  indices: ArrayLike<number>,
  out: Float32Array,
): Field {
  const field = find(where, fields, name);
  const wanted = indices.length * sizeOf(field.shape);
  if (out.length !== wanted) {
    throw new UsageError({
      where: `${where}, field ${name}`,
      expected: `room for ${indices.length} × ${sizeOf(field.shape)} = ${wanted} numbers`,
      got: `an array of ${out.length}`,
      fix: "give an array with one row per index",
    });
  }
  for (let k = 0; k < indices.length; k++) {
    const i = indices[k];
    if (!Number.isInteger(i) || i < 0 || i >= count) {
      throw new UsageError({
        where: `${where}, field ${name}, indices[${k}]`,
        expected: `a whole number from 0 to ${count - 1}`,
        got: String(i),
        fix: `choose among the ${count} examples of this split`,
      });
    }
  }
  return field;
}

function find(where: string, fields: readonly Field[], name: string): Field {
  const field = fields.find((f) => f.name === name);
  if (field) return field;
  const names = fields.map((f) => f.name);
  const near = nearest(name, names);
  throw new UsageError({
    where,
    expected: `a field (${names.join(", ")})`,
    got: `"${name}"`,
    fix: near ? `did you mean "${near}"` : "choose one of these",
  });
}

function imageSplit(
  where: string,
  name: string,
  bytes: ImageBytes,
  fields: readonly Field[],
  classes: readonly string[],
): Split {
  const { images, labels, prepare } = bytes;
  const count = labels.length;
  const pixels = sizeOf(fields[0].shape);
  if (images.length !== count * pixels) {
    throw new UsageError({
      where,
      expected: `${count} images of ${pixels} bytes, one for each label`,
      got: `${images.length} bytes`,
      fix: "give as many images as labels",
    });
  }
  const stray = labels.findIndex((label) => label >= classes.length);
  if (stray >= 0) {
    throw new UsageError({
      where: `${where}, label of example ${stray}`,
      expected: `a class from 0 to ${classes.length - 1}`,
      got: String(labels[stray]),
      fix: "name every class, or correct the label",
    });
  }
  return {
    name,
    count,
    read(fieldName, indices, out) {
      const field = checkRead(where, fields, count, fieldName, indices, out);
      if (field.kind === "label") {
        for (let k = 0; k < indices.length; k++) out[k] = labels[indices[k]];
        return;
      }
      for (let k = 0; k < indices.length; k++) {
        prepare?.(indices[k]);
        out.set(images.subarray(indices[k] * pixels, (indices[k] + 1) * pixels), k * pixels);
      }
      for (let i = 0; i < out.length; i++) out[i] /= 255;
    },
  };
}
