/** The element of this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Makes an element. What others wrote becomes text, never markup. */
export function element(name, { className, text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

/** One of the icons that index.html holds. */
export function icon(name) {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(namespace, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Writes the text, if it is another: what a screen reader hears of is only what has changed. */
export function setText(target, text) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/**
 * Lets the children of a list be what the rows say, in their order. An element stays as long as its row's key does, so that
 * focus, selection and screen readers stay where they are.
 * @param {{ key: string, make: () => Element, update?: (element: Element) => void }[]} rows
 */
export function arrange(list, rows) {
  const present = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const wanted = rows.map((row) => {
    const child = present.get(row.key) ?? row.make();
    child.dataset.key = row.key;
    row.update?.(child);
    return child;
  });
  const keep = new Set(wanted);
  [...list.children].filter((child) => !keep.has(child)).forEach((child) => child.remove());
  wanted.forEach((child, index) => {
    if (list.children[index] !== child) {
      list.insertBefore(child, list.children[index] ?? null);
    }
  });
}
