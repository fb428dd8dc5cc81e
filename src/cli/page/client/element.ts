type Child = Node | string | null;

/** Attributes of an element; `false` and `null` leave one out, `true` sets it without a value. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** Makes an element. Strings become text, never markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null) continue;
    node.setAttribute(key, value === true ? '' : `${value}`);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Sets the text only when it differs: nothing is announced or laid out again for the same words. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
