import type { Body } from '../store/item.ts'

/** The form in which a body is asked for. */
export type BodyForm = 'Best' | 'HTML' | 'Text'

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

/** An HTML body as Exchange stores it: a whole document with a meta element of its own, in its own line ends. */
export function rewritten({ type, content }: Body): Body {
  if (type === 'Text' || content.includes(meta)) return { type, content }
  const lines = content.replace(/\r?\n/g, '\r\n')
  const inner = /<body[^>]*>([\s\S]*)<\/body>/i.exec(lines)?.[1] ?? lines
  const head =
    /<head[^>]*>([\s\S]*)<\/head>/i.exec(lines)?.[1]?.replace(/<meta[^>]*charset[^>]*>/gi, '') ?? ''
  return {
    type,
    content: `<html>\r\n<head>\r\n${meta}${head}\r\n</head>\r\n<body>\r\n${inner}\r\n</body>\r\n</html>\r\n`,
  }
}

const meta = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
