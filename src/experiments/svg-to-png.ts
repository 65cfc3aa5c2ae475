import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Pixels of the picture for one of the SVG. */
const SCALE = 2;

/**
 * An SVG as the bytes of a PNG at twice its size, with the DejaVu fonts for text: the same bytes on every machine, with no browser.
 * The renderer is loaded at the first call.
 */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  renderer ??= loadRenderer();
  return (await renderer)(svg);
}

let renderer: Promise<(svg: string) => Uint8Array> | undefined;

async function loadRenderer(): Promise<(svg: string) => Uint8Array> {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  const { resolve } = createRequire(import.meta.url);
  await initWasm(readFileSync(resolve("@resvg/resvg-wasm/index_bg.wasm")));
  const fontBuffers = ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
    readFileSync(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)),
  );
  const options = {
    font: { fontBuffers, sansSerifFamily: "DejaVu Sans", defaultFontFamily: "DejaVu Sans" },
    fitTo: { mode: "zoom", value: SCALE },
    imageRendering: 1, // pixels of embedded images stay squares
  } as const;
  return (svg) => {
    const drawing = new Resvg(svg, options);
    try {
      return drawing.render().asPng();
    } finally {
      drawing.free();
    }
  };
}
