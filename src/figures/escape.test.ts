import { expect, test } from "vitest";
import { element, escapeText } from "./escape.ts";

test("text cannot leave an element or an attribute", () => {
  expect(escapeText(`<script>"a" & 'b'</script>`)).toBe("&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
});

test("what XML 1.0 forbids is replaced, line breaks and astral characters are kept", () => {
  expect(escapeText("a\u0000b\u001fc\n\td\ud800e\uffff𝛽")).toBe("a\uFFFDb\uFFFDc\n\td\uFFFDe\uFFFD𝛽");
});

test("an element escapes its attributes, leaves out undefined ones, and closes itself when empty", () => {
  expect(element("img", { alt: 'a "b"', width: 3, class: undefined })).toBe('<img alt="a &quot;b&quot;" width="3"/>');
  expect(element("p", {}, "x")).toBe("<p>x</p>");
});
