import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../base/errors.ts";
import { encodePng, type Picture, pngDataUri, svgDataUri } from "./png.ts";

const grey: Picture = { width: 3, height: 2, channels: 1, data: Uint8Array.of(0, 1, 127, 128, 254, 255) };
const color: Picture = { width: 1, height: 2, channels: 3, data: Uint8Array.of(255, 0, 10, 3, 200, 77) };

describe("encodePng", () => {
  test.each([grey, color])("a decoder gives back the same pixels ($channels channels)", (picture) => {
    const back = decode(encodePng(picture));
    expect([back.width, back.height, back.channels, back.depth]).toEqual([
      picture.width,
      picture.height,
      picture.channels,
      8,
    ]);
    expect([...back.data]).toEqual([...picture.data]);
  });

  test("begins with the signature that the PNG specification gives", () => {
    expect([...encodePng(grey).subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  });

  test("data of the wrong length are refused with both counts", () => {
    expect(() => encodePng({ ...grey, height: 3 })).toThrow(ShapeError);
    expect(() => encodePng({ ...grey, height: 3 })).toThrow(/height 3 × width 3.*6 bytes/);
  });
});

describe("data addresses", () => {
  test("carry the bytes as base64, however many", () => {
    const bytes = Uint8Array.from({ length: 70_001 }, (_, i) => i % 251);
    const [head, body] = pngDataUri(bytes).split(",");
    expect(head).toBe("data:image/png;base64");
    expect(Buffer.from(body, "base64").equals(bytes)).toBe(true);
  });

  test("carry text as UTF-8", () => {
    const [, body] = svgDataUri("<svg>−½</svg>").split(",");
    expect(Buffer.from(body, "base64").toString("utf8")).toBe("<svg>−½</svg>");
  });
});
