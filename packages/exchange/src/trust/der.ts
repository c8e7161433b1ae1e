/** One value of ASN.1 as DER writes it, or BER with lengths left open, as some programs write keystores. */
export type Der = {
  readonly tag: number
  /** All bytes of the value, its tag and length among them. */
  readonly raw: Buffer
  readonly content: Buffer
  readonly children: readonly Der[]
}

export class DerError extends Error {
  override name = 'DerError'
}

export const derTag = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30 } as const

const isConstructed = (tag: number) => (tag & 0x20) !== 0
const deepest = 32

/** Reads one value, which must be all there is. @throws {DerError} */
export function readDer(bytes: Buffer): Der {
  const { value, end } = readAt(bytes, 0, 0)
  if (end !== bytes.length) throw new DerError('something follows the value')
  return value
}

/** The value of an OBJECT IDENTIFIER in its dotted form. */
export function oidOf({ content }: Der): string {
  const [first = 0, ...rest] = arcsOf(content)
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - top * 40, ...rest].join('.')
}

/** The bytes of an OCTET STRING, which BER may have cut in pieces. */
export function octetsOf({ children, content }: Der): Buffer {
  return children.length > 0 ? Buffer.concat(children.map(octetsOf)) : content
}

/** A small INTEGER, such as a count of rounds. */
export function numberOf({ content }: Der): number {
  if (content.length === 0 || content.length > 6) throw new DerError('not a small number')
  return content.readIntBE(0, content.length)
}

/** The child at `path`: an index for each level. @throws {DerError} if there is none */
export function at(value: Der, ...path: readonly number[]): Der {
  return path.reduce((parent, index) => {
    const child = parent.children[index]
    if (!child) throw new DerError('a part is missing')
    return child
  }, value)
}

function arcsOf(content: Buffer): number[] {
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  return arcs
}

type Read = { value: Der; end: number }

function readAt(bytes: Buffer, start: number, depth: number): Read {
  const tag = byteAt(bytes, start)
  if ((tag & 0x1f) === 0x1f || depth > deepest) throw new DerError('this is not read')
  const first = byteAt(bytes, start + 1)
  if (first === 0x80) return readOpen(bytes, start, depth)

  const lengthBytes = first & 0x80 ? first & 0x7f : 0
  const from = start + 2 + lengthBytes
  if (lengthBytes > 4 || from > bytes.length) throw new DerError('a length is too long')
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(start + 2, lengthBytes)
  const end = from + length
  if (end > bytes.length) throw new DerError('the end is missing')
  const content = bytes.subarray(from, end)
  const children = isConstructed(tag) ? childrenIn(content, depth) : []
  return { value: { tag, raw: bytes.subarray(start, end), content, children }, end }
}

function childrenIn(content: Buffer, depth: number): Der[] {
  const children: Der[] = []
  for (let offset = 0; offset < content.length;) {
    const { value, end } = readAt(content, offset, depth + 1)
    children.push(value)
    offset = end
  }
  return children
}

/** A value without a length: it ends where two zero bytes stand in the place of a value. */
function readOpen(bytes: Buffer, start: number, depth: number): Read {
  const children: Der[] = []
  let offset = start + 2
  while (byteAt(bytes, offset) !== 0 || byteAt(bytes, offset + 1) !== 0) {
    const { value, end } = readAt(bytes, offset, depth + 1)
    children.push(value)
    offset = end
  }
  const end = offset + 2
  const content = bytes.subarray(start + 2, offset)
  return { value: { tag: byteAt(bytes, start), raw: bytes.subarray(start, end), content, children }, end }
}

function byteAt(bytes: Buffer, offset: number): number {
  const byte = bytes[offset]
  if (byte === undefined) throw new DerError('the end is missing')
  return byte
}
