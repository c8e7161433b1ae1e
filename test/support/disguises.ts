/** Whether a text has any of the canaries in it, in any of the forms in which content gets stored. */
export function holdsAny(text: string, canaries: readonly string[]): boolean {
  return canaries.some((canary) => disguisesOf(canary).some((disguise) => text.includes(disguise)))
}

const disguises = new Map<string, readonly string[]>()

/** As it is, in hexadecimal digits, in UTF-16, and in Base64 wherever it begins. */
function disguisesOf(canary: string): readonly string[] {
  const known = disguises.get(canary)
  if (known) return known
  const bytes = Buffer.from(canary)
  const found = [
    canary,
    bytes.toString('hex'),
    Buffer.from(canary, 'utf16le').toString('latin1'),
    ...[0, 1, 2].flatMap((shift) => ['base64', 'base64url'].map((form) => shifted(bytes, shift, form))),
  ]
  disguises.set(canary, found)
  return found
}

/** The part of its Base64 form that does not depend on what is before and after it. */
function shifted(bytes: Buffer, shift: number, form: string): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString(form as BufferEncoding)
  const first = Math.ceil((shift * 8) / 6)
  const last = Math.floor(((shift + bytes.length) * 8) / 6)
  return encoded.slice(first, last)
}
