import type { Body } from './appointment.ts'
import { searchedUpTo } from './bounded-search.ts'
import { spanOfElements } from './html-span.ts'

/** What a meeting tool puts into bodies so that people can join. */
type MeetingTool = {
  readonly name: string
  /** The address at which people join. It tells that there is a block. */
  readonly join: RegExp
  /** Where the block begins and ends, if it says so itself; otherwise it is the paragraph that holds the address. */
  readonly begin: RegExp
  readonly end: RegExp
}

/** Known meeting tools. A further one is a line here and a case in the test. */
export const meetingTools: readonly MeetingTool[] = [
  {
    name: 'Microsoft Teams',
    join: /https:\/\/teams\.(?:microsoft|live)\.com\/(?:l\/meetup-join|meet)\//i,
    begin: /_{20,}/g,
    end: /_{20,}/g,
  },
  {
    name: 'Zoom',
    join: /https:\/\/(?:[\w-]+\.)?zoom(?:gov)?\.(?:us|com)\/[jw]\//i,
    begin: /[─—-]{6,}/g,
    end: /[─—-]{6,}/g,
  },
  {
    name: 'Webex',
    join: /https:\/\/[\w-]+\.webex\.com\/[\w./-]*(?:j\.php|meet|join)/i,
    begin: /-- Do not delete or change any of the following text\. --/gi,
    end: /https:\/\/help\.webex\.com\/?/gi,
  },
  {
    name: 'Google Meet',
    join: /https:\/\/meet\.google\.com\/[a-z]{3}-[a-z]{4}-[a-z]{3}/i,
    begin: /-::~:~[:~-]*/g,
    end: /-::~:~[:~-]*/g,
  },
]

/** Whether people can join a known meeting tool from this body. */
export function holdsJoinBlock({ content }: Body): boolean {
  return meetingTools.some(({ join }) => join.test(content))
}

/**
 * The body to write where the item holds `found`: what is wanted, and the join block of `found`, to the byte, unless
 * what is wanted names a meeting of that tool itself.
 */
export function withJoinBlock(wanted: Body, found: Body): Body {
  const kept = meetingTools
    .filter(({ join }) => !join.test(wanted.content))
    .flatMap((tool) => joinBlockOf(found, tool) ?? [])
  return kept.reduce((body, block) => appended(body, { ...found, content: block }), wanted)
}

function joinBlockOf({ contentType, content }: Body, tool: MeetingTool): string | undefined {
  const at = content.search(tool.join)
  if (at < 0) return undefined
  const [paragraph, close] = paragraphOf[contentType]
  const begin =
    lastBefore(content, tool.begin, at)?.index ?? startOfParagraph(lastBefore(content, paragraph, at, close))
  const closing = endOf(firstAfter(content, tool.end, at)) ?? firstAfter(content, paragraph, at, close)?.index
  const span = { from: begin, to: closing ?? content.length }
  const { from, to } = contentType === 'html' ? spanOfElements(content, span) : span
  return content.slice(from, to)
}

/** What ends a paragraph, and how that ends itself. */
const paragraphOf = {
  html: [/<\/?(?:p|div|td|br|body)\b[^>]*>/gi, '>'],
  text: [/\n\s*\n/g, '\n'],
} as const

function lastBefore(text: string, pattern: RegExp, at: number, end = ''): RegExpExecArray | undefined {
  return [...searchedUpTo(text.slice(0, at), end).matchAll(pattern)].at(-1)
}

function firstAfter(text: string, pattern: RegExp, at: number, end = ''): RegExpExecArray | undefined {
  return [...searchedUpTo(text, end).matchAll(pattern)].find(({ index }) => index > at)
}

/** With its tag, if it is an element of its own. */
function startOfParagraph(mark: RegExpExecArray | undefined): number {
  return mark && /^<(?:p|div)\b/i.test(mark[0]) ? mark.index : (endOf(mark) ?? 0)
}

function endOf(match: RegExpExecArray | undefined): number | undefined {
  return match && match.index + match[0].length
}

function appended(body: Body, block: Body): Body {
  if (body.contentType === 'text' && block.contentType === 'text') {
    return { contentType: 'text', content: `${body.content.trimEnd()}\n\n${block.content}` }
  }
  const html = htmlOf(body)
  const end = html.search(/<\/body>/i)
  const at = end < 0 ? html.length : end
  return { contentType: 'html', content: `${html.slice(0, at)}${htmlOf(block)}${html.slice(at)}` }
}

function htmlOf({ contentType, content }: Body): string {
  if (contentType === 'html') return content
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<p>${escaped.replaceAll(/\r?\n/g, '<br>\n')}</p>`
}
