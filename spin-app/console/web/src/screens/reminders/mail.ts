/**
 * An email's HTML made harmless. The policy of this page forbids inline styles, which emails are made of; so they are taken out
 * as text and set again through the object model, which it allows. Whatever could run, load or lead elsewhere is left out.
 */
const KEPT_STYLE = 'data-style';

/** Elements that an email for reading needs. */
const ELEMENTS = new Set([
  'HTML', 'HEAD', 'BODY', 'TITLE', 'TABLE', 'TBODY', 'THEAD', 'TR', 'TD', 'TH', 'P', 'DIV', 'SPAN', 'A', 'B', 'STRONG', 'EM', 'I', 'BR', 'H1', 'H2',
  'H3', 'UL', 'OL', 'LI', 'BDI', 'HR', 'SMALL',
]);
const ATTRIBUTES = new Set(['lang', 'dir', 'role', 'width', 'height', 'align', 'cellpadding', 'cellspacing', 'border', 'colspan', 'rowspan', KEPT_STYLE]);

/** The root element of a document that can be put into a frame. */
export function mailDocument(html: string): HTMLElement {
  // Renamed before parsing, for a parser reports each style attribute that it meets as forbidden.
  const renamed = html.replace(/<style[\s\S]*?<\/style>/gi, '').replace(/\sstyle\s*=/gi, ` ${KEPT_STYLE}=`);
  const parsed = new DOMParser().parseFromString(renamed, 'text/html');
  for (const element of [...parsed.querySelectorAll<HTMLElement>('*')]) {
    if (!ELEMENTS.has(element.tagName)) {
      element.remove();
      continue;
    }
    const style = element.getAttribute(KEPT_STYLE);
    for (const { name } of [...element.attributes]) if (!ATTRIBUTES.has(name)) element.removeAttribute(name);
    element.removeAttribute(KEPT_STYLE);
    if (style && !/url\s*\(/i.test(style)) element.style.cssText = style;
  }
  return parsed.documentElement;
}
