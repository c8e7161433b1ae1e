import type { Body } from './appointment.ts'

/** Line ends as `\n`, no trailing blanks, no blank lines at either end: what Exchange and XML change on their way. */
export function normalisedText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\S\n]+$/gm, '')
    .replaceAll(/^\n+|\n+$/g, '')
    .normalize('NFC')
}

/** What remains the same of a body when Exchange wraps and re-indents it, or makes scaffolding of an empty one. */
export function normalisedBody(body: Body): string {
  const { contentType, content } = body
  if (isEmptyBody(body)) return ''
  if (contentType === 'text') return `text\n${normalisedText(content)}`
  return `html\n${normalisedHtml(content)}`
}

/** Whether a body says nothing. Exchange stores an empty body as HTML scaffolding, or not at all. */
export function isEmptyBody({ contentType, content }: Body): boolean {
  const text = contentType === 'html' ? innerHtml(content).replaceAll(/<(?!img\b)[^>]*>/gi, '') : content
  return text.replaceAll('&nbsp;', ' ').trim() === ''
}

function normalisedHtml(html: string): string {
  return normalisedText(innerHtml(html))
    .replaceAll('&nbsp;', ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?(<[^>]*>) ?/g, '$1')
    .trim()
}

/** The inside of `<body>`, without comments: the scaffolding round it is the server's. */
function innerHtml(html: string): string {
  const inner = /<body[^>]*>([\s\S]*?)<\/body>/i.exec(html)?.[1] ?? html
  return inner.replaceAll(/<!--[\s\S]*?-->/g, '')
}
