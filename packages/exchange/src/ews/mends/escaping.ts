import { EwsServiceXmlWriter } from 'ews-javascript-api'
import { replace, type Undo } from './replace.ts'

type Writer = { WriteValue: unknown; WriteAttributeString: unknown }
type WriteValue = (this: Writer, value: unknown, name: unknown) => void
type WriteAttribute = (this: Writer, ...parts: string[]) => void

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** What XML 1.0 has no way to say: control characters, lone surrogates, U+FFFE and U+FFFF. */
const unspeakable =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Text as XML character data. A carriage return is kept as a reference, or a parser would make it a line feed. */
export function escapedText(text: string): string {
  return text
    .replaceAll(unspeakable, '')
    .replaceAll(/[&<>]/g, (sign) => entities[sign] ?? sign)
    .replaceAll('\r', '&#xD;')
}

/** Text as an attribute's value, between double quotes. */
export function escapedAttribute(text: string): string {
  return text
    .replaceAll(unspeakable, '')
    .replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign)
    .replaceAll(/[\t\n\r]/g, (blank) => `&#x${blank.charCodeAt(0).toString(16).toUpperCase()};`)
}

/** The library writes text as it is: a subject could end its element and begin another one. */
export function mendEscaping(): Undo {
  const writer = EwsServiceXmlWriter.prototype as Writer

  const undoValue = replace<WriteValue>(
    writer,
    'WriteValue',
    (original) =>
      function (value, name) {
        original.call(this, typeof value === 'string' ? escapedText(value) : value, name)
      },
  )
  const undoAttribute = replace<WriteAttribute>(
    writer,
    'WriteAttributeString',
    (original) =>
      function (...parts) {
        const [prefix, name, value] = parts.length === 2 ? ['', ...parts] : parts
        if (typeof value !== 'string' || prefix === 'xmlns') return original.apply(this, parts)
        // The library's own zone names are the only values that come escaped.
        const plain = name === 'Name' ? value.replaceAll('&amp;', '&') : value
        original.call(this, prefix ?? '', name ?? '', escapedAttribute(plain))
      },
  )
  return () => (undoValue(), undoAttribute())
}
