/** Markup that is safe to put into a page. */
export type Html = { readonly markup: string }

type Value = Html | string | number | boolean | undefined | readonly Html[]

/** Builds markup: every value is escaped unless it is markup already; `undefined` and `false` leave no trace. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { markup: parts.map((part, index) => part + markupOf(values[index])).join('') }
}

function markupOf(value: Value): string {
  if (value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map(markupOf).join('')
  if (typeof value === 'object') return (value as Html).markup
  return escaped(String(value))
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Plain text in which `code` is marked by backticks. */
export function prose(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 ? html`<code>${part}</code>` : html`${part}`))
}
