import type { Body } from './appointment.ts'
import { replaceUpTo, searchedUpTo } from './bounded-search.ts'

/** Line ends as `\n`, no trailing blanks, no blank lines at either end: what Exchange and XML change on their way. */
export function normalisedText(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n').split('\n').map(withoutTrailingBlanks)
  const first = lines.findIndex((line) => line !== '')
  const last = lines.findLastIndex((line) => line !== '')
  return lines
    .slice(Math.max(0, first), last + 1)
    .join('\n')
    .normalize('NFC')
}

/** Those before a line separator are trailing, too. */
function withoutTrailingBlanks(line: string): string {
  const parts = line.split(/(?=[\u2028\u2029])/).map((part) => part.trimEnd())
  return parts.join('')
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
  const text =
    contentType === 'html' ? replaceUpTo(innerHtml(content), '>', /<(?!img\b)[^>]*>/gi, '') : content
  return text.replaceAll('&nbsp;', ' ').trim() === ''
}

function normalisedHtml(html: string): string {
  const oneLine = normalisedText(innerHtml(html)).replaceAll('&nbsp;', ' ').replaceAll(/\s+/g, ' ')
  const searched = searchedUpTo(oneLine, '>')
  const pieces = [...searched.split(/(<[^>]*>)/), oneLine.slice(searched.length)]
  const [end = '', afterLastTag = ''] = [pieces.pop(), pieces.pop()]
  return [...pieces, afterLastTag + end].map((piece) => piece.trim()).join('')
}

/** The inside of `<body>`, without comments: the scaffolding round it is the server's. */
function innerHtml(html: string): string {
  const begin = /<body[^>]*>/i.exec(searchedUpTo(html, '>'))
  const inside = begin ? html.slice(begin.index + begin[0].length) : html
  const end = begin ? inside.search(/<\/body>/i) : -1
  return replaceUpTo(end < 0 ? html : inside.slice(0, end), '-->', /<!--[\s\S]*?-->/g, '')
}
