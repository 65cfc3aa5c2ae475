/**
 * The style sheet of a page: a column of text at most 44 rem wide, figures on light cards, tables with aligned digits; dark
 * under `prefers-color-scheme: dark`; black on white when printed.
 */
export const PAGE_STYLE = `:root {
  color-scheme: light dark;
  --paper: #fbfbfa; --card: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #dfe2e5; --well: #f1f2f3; --accent: #2a6bb0;
  --yes: #1a7f4b; --partly: #9a6300; --no: #b42b2b;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181b; --card: #ffffff; --ink: #e4e6e8; --soft: #9aa3ac; --line: #33383e; --well: #202428; --accent: #79b0ea; --yes: #5cc28c; --partly: #e0a84a; --no: #f08a80; }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main {
  display: grid; padding: clamp(1.5rem, 6vw, 4.5rem) 1rem 5rem;
  grid-template-columns: minmax(0, 1fr) minmax(0, 44rem) minmax(0, 1fr);
}
header, section { grid-column: 2; min-width: 0; }
section:has(> .wide) { grid-column: 1 / -1; display: grid; grid-template-columns: subgrid; }
section:has(> .wide) > * { grid-column: 2; }
section > .wide { grid-column: 1 / -1; justify-self: center; width: min(100%, 64rem); }
header { border-bottom: 1px solid var(--line); padding-bottom: 1.5rem; margin-bottom: 1rem; }
h1 { font-size: clamp(1.7rem, 1.3rem + 1.8vw, 2.4rem); line-height: 1.18; letter-spacing: -0.015em; font-weight: 680; margin: 0; }
h1, h2, figcaption { text-wrap: pretty; overflow-wrap: anywhere; }
.subtitle { margin: 0.7rem 0 0; color: var(--soft); font-size: 1.15rem; line-height: 1.5; }
h2 { font-size: 1.35rem; line-height: 1.3; letter-spacing: -0.008em; font-weight: 640; margin: 2.6rem 0 0.6rem; break-after: avoid; }
p { margin: 0.8rem 0; hyphens: auto; overflow-wrap: break-word; }
figure { margin: 1.6rem 0; min-width: 0; }
.plate {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem;
  overflow-x: auto; text-align: center;
}
.plate img { display: block; margin: 0 auto; max-width: 100%; height: auto; }
.pixels { image-rendering: pixelated; }
figcaption { margin: 0.65rem 0.15rem 0; color: var(--soft); font-size: 0.92rem; line-height: 1.5; }
figcaption b { color: var(--ink); font-weight: 640; margin-right: 0.3em; }
.row { display: grid; gap: 1.4rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); margin: 1.6rem 0; }
.row .pixels { image-rendering: auto; }
.row figure { margin: 0; display: flex; flex-direction: column; }
.row .plate { flex: 1; display: flex; align-items: center; }
figure > .row { margin: 0; }
.table figcaption { margin: 0 0.15rem 0.55rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem; line-height: 1.45; border-block: 1.5px solid var(--ink); }
th, td { padding: 0.45rem 0.9rem; text-align: left; vertical-align: baseline; }
th:first-child, td:first-child { padding-left: 0.15rem; }
th:last-child, td:last-child { padding-right: 0.15rem; }
thead th { font-weight: 600; border-bottom: 1px solid var(--soft); }
tbody tr + tr { border-top: 1px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums lining-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9rem), 1fr)); gap: 1.1rem 1.6rem; margin: 1.4rem 0; }
dl div { border-top: 1px solid var(--line); padding-top: 0.5rem; min-width: 0; }
dt { color: var(--soft); font-size: 0.86rem; line-height: 1.4; }
dd { margin: 0.1rem 0 0; font-weight: 560; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
pre {
  margin: 0; background: var(--well); border-radius: 8px; padding: 0.9rem 1.1rem; overflow-x: auto; line-height: 1.55;
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.88rem; tab-size: 2;
}
code { font-family: inherit; }
a { color: var(--accent); text-underline-offset: 0.2em; }
.contents { list-style: none; padding: 0; margin: 1.4rem 0; }
.contents li { padding: 0.5rem 0; border-top: 1px solid var(--line); }
.contents span { display: block; color: var(--soft); font-size: 0.92rem; }
.comparison { border-top: 1px solid var(--line); padding: 0.9rem 0 0.2rem; break-inside: avoid; }
h3 { font-size: 1rem; line-height: 1.4; font-weight: 620; margin: 0; }
.mark { margin: 0.15rem 0 0; font-size: 0.95rem; font-weight: 560; color: var(--soft); }
.mark::before { display: inline-block; width: 1.35em; content: "–"; }
.mark.yes { color: var(--yes); }
.mark.yes::before { content: "✓"; }
.mark.partly { color: var(--partly); }
.mark.partly::before { content: "◐"; }
.mark.no { color: var(--no); }
.mark.no::before { content: "✗"; }
.comparison dl { margin: 0.5rem 0 0.9rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); gap: 0.3rem 1.6rem; }
.comparison dl div { border: none; padding: 0; }
.comparison dd { font-weight: 400; }
[tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
@media screen and (max-width: 40rem) {
  body { font-size: 1rem; }
  .plate { margin-inline: -1rem; padding: 0.7rem 0.4rem; border-inline: none; border-radius: 0; }
  figure.wide > .plate > img { max-width: none; width: 42rem; }
  th, td { padding-inline: 0.45rem; }
  .pixels { image-rendering: auto; }
}
@media print {
  @page { margin: 18mm; }
  :root { --paper: #ffffff; --card: #ffffff; --ink: #000000; --soft: #333333; --line: #cccccc; --well: #f4f4f4; --yes: #000000; --partly: #000000; --no: #000000; }
  body { font-size: 10.5pt; }
  main, section:has(> .wide) { display: block; padding: 0; }
  .row { grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
  .plate { border: none; border-radius: 0; padding: 0; }
  .row .plate { align-items: flex-start; }
  figure, tr, dl div, pre { break-inside: avoid; }
  pre { white-space: pre-wrap; }
}
`;
