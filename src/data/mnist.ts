import { type Dataset, type ImageBytes, imageDataset } from "./dataset.ts";
import { readImages, readLabels } from "./idx.ts";
import { type DataFile, type DataOptions, type DataSpec, type Found, locate, readFound } from "./sources.ts";

/** A data set published as four IDX files in the manner of MNIST. */
export interface IdxSpec extends DataSpec {
  readonly provenance: string;
  readonly classes: readonly string[];
  /** Number of examples. */
  readonly train: number;
  readonly test: number;
}

/** MNIST: handwritten digits of census workers and pupils. LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/ */
export const mnist: IdxSpec = {
  id: "mnist",
  title: "MNIST",
  provenance:
    "The MNIST database of handwritten digits by Y. LeCun, C. Cortes and C. J. C. Burges, the published files, verified by hash.",
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  train: 60_000,
  test: 10_000,
  addresses: ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
  files: idxFiles([
    [
      9912422,
      "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ],
    [
      28881,
      "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ],
    [
      1648877,
      "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ],
    [
      4542,
      "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ],
  ]),
};

/** Fashion-MNIST: pictures of clothes. Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747. */
export const fashionMnist: IdxSpec = {
  id: "fashion-mnist",
  title: "Fashion-MNIST",
  provenance:
    "Fashion-MNIST by H. Xiao, K. Rasul and R. Vollgraf, Zalando Research (MIT licence), the published files, verified by hash.",
  classes: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
  train: 60_000,
  test: 10_000,
  addresses: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
  ],
  files: idxFiles([
    [
      26421880,
      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ],
    [
      29515,
      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ],
    [
      4422102,
      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ],
    [
      5148,
      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ],
  ]),
};

/** The data sets of this form; each knows the others' files when one of them lies in its place. */
export const idxSpecs: readonly IdxSpec[] = [mnist, fashionMnist];

/**
 * Opens MNIST or Fashion-MNIST: 28 × 28 grey pictures, one label each.
 * @throws FileError if a file is damaged, or is another file than the published one
 * @throws UnavailableError if a file cannot be had
 */
export async function openIdx(spec: IdxSpec, options: DataOptions = {}): Promise<Dataset> {
  const [trainImages, trainLabels, testImages, testLabels] = await locate(spec, options);
  return imageDataset({
    id: spec.id,
    title: spec.title,
    provenance: spec.provenance,
    generated: false,
    classes: spec.classes,
    picture: { ...SIZE, channels: 1 },
    train: readSplit(spec, trainImages, trainLabels, spec.train),
    test: readSplit(spec, testImages, testLabels, spec.test),
  });
}

const SIZE = { height: 28, width: 28 };

function readSplit(spec: IdxSpec, images: Found, labels: Found, count: number): ImageBytes {
  const classes = spec.classes.length;
  return {
    images: readFound(images, (bytes, where) => readImages(bytes, where, { ...SIZE, count }), idxSpecs),
    labels: readFound(labels, (bytes, where) => readLabels(bytes, where, { count, classes }), idxSpecs),
  };
}

/** Training images, training labels, test images, test labels: size and SHA-256 of the .gz, SHA-256 of its contents. */
function idxFiles(rows: readonly (readonly [bytes: number, gz: string, contents: string])[]): DataFile[] {
  const names = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ];
  const sizes = [16 + 60_000 * 784, 8 + 60_000, 16 + 10_000 * 784, 8 + 10_000];
  return rows.map(([bytes, gz, contents], i) => ({
    name: names[i],
    gz: { bytes, sha256: gz },
    contents: { bytes: sizes[i], sha256: contents },
  }));
}
