// prettier-ignore
const table = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32' +
  'bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
  '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a' +
  '961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
  '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e' +
  'c5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
)
const shifts = [1, 2, 3, 5] as const

/**
 * Decrypts RC2 in CBC mode (RFC 2268): Windows and old programs encrypt the certificates in a PKCS#12 file with it,
 * and OpenSSL 3 does not offer it any more. Only for reading such files; it protects nothing.
 */
export function decryptRc2(key: Buffer, effectiveBits: number, iv: Buffer, encrypted: Buffer): Buffer {
  if (encrypted.length === 0 || encrypted.length % 8 !== 0) throw new Error('not whole blocks')
  const words = expand(key, effectiveBits)
  const plain = Buffer.alloc(encrypted.length)
  let previous = iv
  for (let offset = 0; offset < encrypted.length; offset += 8) {
    const block = encrypted.subarray(offset, offset + 8)
    const opened = decryptBlock(words, block)
    for (let index = 0; index < 8; index += 1) plain[offset + index] = opened[index]! ^ previous[index]!
    previous = block
  }
  return withoutPadding(plain)
}

function withoutPadding(plain: Buffer): Buffer {
  const count = plain.at(-1)!
  const isPadding = count >= 1 && count <= 8 && plain.subarray(-count).every((byte) => byte === count)
  if (!isPadding) throw new Error('the padding is wrong')
  return plain.subarray(0, -count)
}

function expand(key: Buffer, effectiveBits: number): Uint16Array {
  const bytes = Buffer.alloc(128)
  key.copy(bytes)
  for (let index = key.length; index < 128; index += 1) {
    bytes[index] = table[(bytes[index - 1]! + bytes[index - key.length]!) & 255]!
  }
  const length = Math.ceil(effectiveBits / 8)
  const mask = 255 >> (8 * length - effectiveBits)
  bytes[128 - length] = table[bytes[128 - length]! & mask]!
  for (let index = 127 - length; index >= 0; index -= 1) {
    bytes[index] = table[bytes[index + 1]! ^ bytes[index + length]!]!
  }
  return Uint16Array.from({ length: 64 }, (_, index) => bytes.readUInt16LE(index * 2))
}

function decryptBlock(words: Uint16Array, block: Buffer): Buffer {
  const r = [0, 2, 4, 6].map((offset) => block.readUInt16LE(offset))
  let next = 63
  const unmix = () => {
    for (let i = 3; i >= 0; i -= 1) {
      const turned = (r[i]! >>> shifts[i]!) | (r[i]! << (16 - shifts[i]!))
      const [before, two, three] = [r[(i + 3) % 4]!, r[(i + 2) % 4]!, r[(i + 1) % 4]!]
      r[i] = (turned - words[next]! - (before & two) - (~before & three)) & 0xffff
      next -= 1
    }
  }
  const unmash = () => {
    for (let i = 3; i >= 0; i -= 1) r[i] = (r[i]! - words[r[(i + 3) % 4]! & 63]!) & 0xffff
  }
  for (let round = 15; round >= 0; round -= 1) {
    unmix()
    if (round === 11 || round === 5) unmash()
  }
  const opened = Buffer.alloc(8)
  for (const [index, word] of r.entries()) opened.writeUInt16LE(word, index * 2)
  return opened
}
