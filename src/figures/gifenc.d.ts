/** The little of gifenc that figures use; it brings no declarations. */
declare module "gifenc" {
  /** Red, green and blue, 0 to 255. */
  export type Color = readonly number[];
  export interface FrameOptions {
    /** The file's palette if given with the first frame, otherwise the frame's own. */
    readonly palette?: readonly Color[];
    /** Milliseconds. */
    readonly delay?: number;
    /** Further plays after the first; 0 for ever, −1 none. Read with the first frame. */
    readonly repeat?: number;
    /** Bits of a pixel's index. */
    readonly colorDepth?: number;
  }
  export interface Encoder {
    writeFrame(index: Uint8Array, width: number, height: number, options?: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }
  export function GIFEncoder(): Encoder;
  export function quantize(rgba: Uint8Array, colors: number): Color[];
  export function applyPalette(rgba: Uint8Array, palette: readonly Color[]): Uint8Array;
  /** As CommonJS: all of the above. As an ES module: the encoder alone, and the others are names beside it. */
  const all: {
    readonly GIFEncoder: typeof GIFEncoder;
    readonly quantize: typeof quantize;
    readonly applyPalette: typeof applyPalette;
  };
  export default all;
}
