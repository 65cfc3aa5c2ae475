/**
 * Text as it may stand in an element or between double quotes of an attribute, in HTML and in XML alike. Characters that XML
 * forbids (control characters, lone surrogates) become U+FFFD.
 */
export function escapeText(text: string): string {
  let out = "";
  for (const character of text) out += ENTITIES[character] ?? (isForbidden(character) ? "\uFFFD" : character);
  return out;
}

/** An attribute list as it follows a tag name, each with a space before it; undefined values are left out. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeText(String(value))}"`)
    .join("");
}

/**
 * An XML element. Its attributes are escaped here.
 * @param content markup, already escaped by its maker
 */
export function element(
  name: string,
  values: Readonly<Record<string, string | number | undefined>>,
  content = "",
): string {
  return content === "" ? `<${name}${attributes(values)}/>` : `<${name}${attributes(values)}>${content}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function isForbidden(character: string): boolean {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return code !== 0x9 && code !== 0xa && code !== 0xd;
  return (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
}
