// Elements without markup in strings: every text is a text.

type Child = Node | string | null;

interface Attributes {
  [name: string]: string | boolean | number | ((event: Event) => void);
}

/** An element; a function is a listener, `true` an attribute without a value, `false` none. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(key, value);
    } else if (value !== false) {
      made.setAttribute(key, value === true ? "" : String(value));
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A table with headings; numbers are told as they are. */
export function table(caption: string, headings: string[], rows: (string | Node)[][]): HTMLElement {
  const head = headings.map((heading) => element("th", { scope: "col" }, heading));
  const body = rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, cell))));
  return section(caption, element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body)));
}

/** A part of the report that can be folded. */
export function section(title: string, ...children: Child[]): HTMLElement {
  return element("details", { open: true }, element("summary", {}, title), ...children);
}

/** A value as text: texts as they are, all else as JSON. */
export function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
