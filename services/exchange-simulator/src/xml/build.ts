/** Finished XML. Only the functions of this file make it from text, and they escape. */
export type Xml = string

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

// Everything but the characters of XML 1.0, which has no way to write the others, not even as a reference.
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
const special = /[&<>\r]/g
const specialInAttribute = /[&<>"\r\n\t]/g
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
}

/** An element that holds text. */
export function leaf(name: string, value: string | number | boolean, attributes?: Attributes): Xml {
  return `<${name}${attributes ? writeAttributes(attributes) : ''}>${escapeText(String(value))}</${name}>`
}

/** An element that holds other elements; without any it is closed at once. */
export function node(name: string, content: Xml | readonly Xml[], attributes?: Attributes): Xml {
  const inner = typeof content === 'string' ? content : content.join('')
  const start = `<${name}${attributes ? writeAttributes(attributes) : ''}`
  return inner === '' ? `${start}/>` : `${start}>${inner}</${name}>`
}

/** `leaf`, or nothing where there is no value. */
export function optionalLeaf(name: string, value: string | number | boolean | undefined | null): Xml {
  return value === undefined || value === null ? '' : leaf(name, value)
}

function escapeText(text: string): string {
  return text.replace(forbidden, '').replace(special, (character) => references[character] ?? '')
}

function writeAttributes(attributes: Attributes): string {
  let written = ''
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue
    const text = String(value).replace(forbidden, '')
    written += ` ${name}="${text.replace(specialInAttribute, (character) => references[character] ?? '')}"`
  }
  return written
}
