import type { Body } from '../store/item.ts'
import type { BodyForm } from './field.ts'

/** The body in the form asked for. What was stored in that form comes back exactly. */
export function bodyAs(body: Body, form: BodyForm): Body {
  if (form === 'Best' || form === body.type) return body
  return form === 'Text'
    ? { type: 'Text', content: textOf(body.content) }
    : { type: 'HTML', content: htmlOf(body.content) }
}

function textOf(html: string): string {
  return html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/<br\s*\/?>|<\/(p|div|tr|li|h[1-6])>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .trim()
}

function htmlOf(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return `<html><head></head><body><div>${escaped.replace(/\r?\n/g, '<br>\n')}</div></body></html>`
}
