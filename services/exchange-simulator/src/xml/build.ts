/** Finished XML. Only the functions of this file make it from text, and they escape. */
export type Xml = string

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

// Everything but the characters of XML 1.0, which has no way to write the others, not even as a reference.
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
const special = /[&<>\r]/g
// Most texts hold nothing of the kind, and one look tells so. Halves of characters outside the BMP are looked at closely.
// oxlint-disable-next-line no-control-regex
const suspicious = /[\0-\x08\v\f\r\x0E-\x1F&<>\uD800-\uDFFF\uFFFE\uFFFF]/
// oxlint-disable-next-line no-control-regex
const suspiciousInAttribute = /[\0-\x1F&<>"\uD800-\uDFFF\uFFFE\uFFFF]/
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
  const inner = typeof content === 'string' ? content : joined(content)
  const start = `<${name}${attributes ? writeAttributes(attributes) : ''}`
  return inner === '' ? `${start}/>` : `${start}>${inner}</${name}>`
}

// Adding up leaves it to the end to copy the text, once; joining would copy it at each level.
function joined(parts: readonly Xml[]): Xml {
  let all = ''
  for (const part of parts) all += part
  return all
}

/** `leaf`, or nothing where there is no value. */
export function optionalLeaf(name: string, value: string | number | boolean | undefined | null): Xml {
  return value === undefined || value === null ? '' : leaf(name, value)
}

function escapeText(text: string): string {
  if (!suspicious.test(text)) return text
  return text.replace(forbidden, '').replace(special, (character) => references[character] ?? '')
}

function writeAttributes(attributes: Attributes): string {
  let written = ''
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue
    const given = String(value)
    if (!suspiciousInAttribute.test(given)) {
      written += ` ${name}="${given}"`
      continue
    }
    const text = given.replace(forbidden, '')
    written += ` ${name}="${text.replace(specialInAttribute, (character) => references[character] ?? '')}"`
  }
  return written
}
