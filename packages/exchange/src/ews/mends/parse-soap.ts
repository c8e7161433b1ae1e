import { SaxesParser } from 'saxes'

/** What the library makes of XML: an element is its text, or an object of its children, or `null` if it is empty. */
export type JsElement = { [name: string]: unknown }

const typedNamespaces = new Set([
  'http://schemas.microsoft.com/exchange/services/2006/types',
  'http://schemas.microsoft.com/exchange/services/2006/messages',
])

/** Elements in which blanks are somebody's text; in all others they only indent the XML. */
const texts = new Set(['Subject', 'Location', 'Body', 'Value', 'String'])

/** Lists whose children of different names have an order that matters. */
const ordered = new Set(['Changes', 'Notification'])

/** By prefix. Those of an element inherit from those of its parent: they are not copied for each. */
type Namespaces = Readonly<Record<string, string>>
const none: Namespaces = Object.create(null) as Namespaces

/** No message of EWS comes near; a hostile one is as deep as it is long. */
const deepest = 200

type Frame = {
  name: string
  value: JsElement
  hasAttributes: boolean
  namespaces: Namespaces
  text: string
  children: number
}

/**
 * Reads a SOAP envelope into the library's form, but with its text exactly as it was sent.
 *
 * A document type is refused: no EWS answer has one, and entities are how XML is turned against its reader. The
 * children of `Changes` and `Notification` are numbered (`__position`), since the form groups them by name.
 */
export function parseSoap(xml: string): JsElement {
  const parser = new SaxesParser({ xmlns: false })
  const frames: Frame[] = []
  let root: unknown

  parser.on('doctype', () => {
    throw new SyntaxError('an EWS answer has no document type')
  })
  parser.on('error', () => {
    throw new SyntaxError(`not well-formed at line ${parser.line}, column ${parser.column}`)
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (frames.length >= deepest) throw new SyntaxError('elements are nested too deeply')
    frames.push(openFrame(name, attributes, frames.at(-1)))
  })
  const addText = (text: string) => {
    const frame = frames.at(-1)
    if (frame) frame.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const frame = frames.pop() as Frame
    const parent = frames.at(-1)
    if (parent) add(parent, frame.name, valueOf(frame))
    else root = valueOf(frame)
  })
  parser.write(xml).close()

  if (typeof root !== 'object' || root === null) throw new SyntaxError('an envelope without content')
  return root as JsElement
}

function openFrame(
  qualifiedName: string,
  attributes: Record<string, string>,
  parent: Frame | undefined,
): Frame {
  const [prefix, name] = split(qualifiedName)
  const { value, namespaces, hasAttributes } = readAttributes(attributes, parent?.namespaces ?? none)
  if (prefix) value['__prefix'] = prefix
  if (typedNamespaces.has(namespaces[prefix] ?? '')) value['__type'] = name
  if (parent) {
    parent.children += 1
    if (ordered.has(parent.name)) value['__position'] = parent.children
  }
  return { name, value, hasAttributes, namespaces, text: '', children: 0 }
}

function readAttributes(
  attributes: Record<string, string>,
  inherited: Namespaces,
): Pick<Frame, 'value' | 'namespaces' | 'hasAttributes'> {
  const value: JsElement = {}
  let declared: Record<string, string> | undefined
  let hasAttributes = false
  for (const [attribute, text] of Object.entries(attributes)) {
    const [prefix, name] = split(attribute)
    if (attribute === 'xmlns' || prefix === 'xmlns') {
      declared ??= Object.create(inherited) as Record<string, string>
      declared[prefix && name] = text
    } else {
      hasAttributes = true
      value[name] = text
    }
  }
  return { value, namespaces: declared ?? inherited, hasAttributes }
}

function split(qualifiedName: string): [prefix: string, name: string] {
  const colon = qualifiedName.indexOf(':')
  return colon < 0 ? ['', qualifiedName] : [qualifiedName.slice(0, colon), qualifiedName.slice(colon + 1)]
}

function valueOf({ name, value, hasAttributes, text: raw, children }: Frame): unknown {
  if (value['nil'] === 'true') return null
  if (children > 0) return value
  const text = texts.has(name) || /\S/.test(raw) ? raw : ''
  if (!hasAttributes) return text === '' ? null : text
  if (text !== '') value[name] = text
  return value
}

function add(parent: Frame, name: string, value: unknown): void {
  if (name.startsWith('__')) return
  const present = parent.value[name]
  if (present === undefined || present === null) parent.value[name] = value
  else if (Array.isArray(present)) present.push(value)
  else parent.value[name] = [present, value]
}
