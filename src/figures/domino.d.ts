/** The little of domino that figures use; its own declarations name another module. */
declare module "@mixmark-io/domino" {
  export interface DominoNode {
    readonly nodeType: number;
    readonly nodeValue: string | null;
    readonly childNodes: ArrayLike<DominoNode>;
  }
  export interface DominoElement extends DominoNode {
    readonly localName: string;
    readonly attributes: ArrayLike<{ readonly name: string; readonly value: string }>;
    readonly textContent: string;
    readonly parentElement: DominoElement | null;
    getAttribute(name: string): string | null;
    querySelectorAll(selector: string): ArrayLike<DominoElement>;
  }
  export interface DominoDocument extends DominoElement {
    readonly documentElement: DominoElement;
  }
  const domino: { createWindow(html?: string): { readonly document: DominoDocument } };
  export default domino;
}
