import { SaxesParser } from 'saxes'
import type { Element } from './element.ts'

type Growing = Element & { children: Element[]; text: string }

/** Thrown where a document is not well-formed XML, or carries what SOAP forbids. */
export class MalformedXmlError extends Error {
  override name = 'MalformedXmlError'
}

/** Reads a whole document into a light tree and returns its root. */
export function parseXml(document: string): Element {
  const parser = new SaxesParser({ xmlns: true })
  const open: Growing[] = []
  let root: Element | undefined

  parser.on('error', (error) => {
    throw new MalformedXmlError(error.message)
  })
  parser.on('doctype', () => {
    throw new MalformedXmlError('a document type declaration is not allowed')
  })
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {}
    for (const [name, attribute] of Object.entries(tag.attributes)) attributes[name] = attribute.value
    const element: Growing = { name: tag.local, uri: tag.uri, attributes, children: [], text: '' }
    open.at(-1)?.children.push(element)
    open.push(element)
    root ??= element
  })
  const append = (text: string): void => {
    const element = open.at(-1)
    if (element) element.text += text
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(document.startsWith('\uFEFF') ? document.slice(1) : document).close()
  if (!root) throw new MalformedXmlError('the document is empty')
  return root
}
