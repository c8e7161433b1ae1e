const rotations = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
] as const
const additions = [0, 0x5a827999, 0x6ed9eba1] as const

/** MD4 (RFC 1320), which NTLM wants and OpenSSL 3 does not offer any more. It protects nothing here. */
export function md4(message: Buffer): Buffer {
  const bits = Buffer.alloc(8)
  bits.writeBigUInt64LE(BigInt(message.length) * 8n)
  const gap = Buffer.alloc(((119 - (message.length % 64)) % 64) + 1)
  gap[0] = 0x80
  const padded = Buffer.concat([message, gap, bits])

  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let offset = 0; offset < padded.length; offset += 64) {
    const before = Uint32Array.from(state)
    for (let step = 0; step < 48; step += 1) turn(state, padded, offset, step)
    for (const index of [0, 1, 2, 3]) state[index]! += before[index]!
  }
  return Buffer.from(state.buffer)
}

/** One of the 48 steps over a block. The four words change places, so that each step writes the first of them. */
function turn(state: Uint32Array, block: Buffer, offset: number, step: number): void {
  const round = Math.floor(step / 16)
  const [a = 0, b = 0, c = 0, d = 0] = state
  const word = block.readUInt32LE(offset + 4 * wordAt(round, step % 16))
  const sum = (a + mix(round, b, c, d) + word + additions[round]!) | 0
  const count = rotations[round]![step % 4]!
  state.set([d, (sum << count) | (sum >>> (32 - count)), b, c])
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d)
  return round === 1 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d
}

function wordAt(round: number, step: number): number {
  if (round === 0) return step
  if (round === 1) return (step % 4) * 4 + Math.floor(step / 4)
  // The four bits of the step, read backwards.
  return ((step & 1) << 3) | ((step & 2) << 1) | ((step & 4) >> 1) | ((step & 8) >> 3)
}
