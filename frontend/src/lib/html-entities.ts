/**
 * Stands in for the package "entities": the browser knows all of HTML's named characters, so that their table
 * (10 KiB) need not be sent. See `resolve.alias` in vite.config.ts.
 */
let field: HTMLTextAreaElement | null = null;

/** "&eacute;" → "é". What has no name of its own stays as it is. `text` is one reference, "&" to ";". */
export function decodeHTMLStrict(text: string): string {
  field ??= document.createElement("textarea");
  // Whatever it looks like, what is in a textarea is text.
  field.innerHTML = text;
  const decoded = field.value;
  // Browsers also take old names without ";": "&notit;" would become "¬it;".
  return decoded.length > 1 && decoded.endsWith(";") ? text : decoded;
}
