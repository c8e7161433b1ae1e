const rounds: readonly { order: readonly number[]; shifts: readonly number[]; constant: number }[] = [
  { order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], shifts: [3, 7, 11, 19], constant: 0 },
  {
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
    constant: 0x5a827999,
  },
  {
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
    constant: 0x6ed9eba1,
  },
]

const mixes = [
  (x: number, y: number, z: number) => (x & y) | (~x & z),
  (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
  (x: number, y: number, z: number) => x ^ y ^ z,
]

/** MD4 (RFC 1320): NTLM hashes passwords with it, and OpenSSL 3 does not offer it any more. */
export function md4(message: Buffer): Buffer {
  const padded = pad(message)
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let offset = 0; offset < padded.length; offset += 64) mixBlock(state, padded.subarray(offset))
  const digest = Buffer.alloc(16)
  for (const [index, word] of state.entries()) digest.writeUInt32LE(word >>> 0, index * 4)
  return digest
}

function pad(message: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64)
  message.copy(padded)
  padded[message.length] = 0x80
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8)
  return padded
}

function mixBlock(state: number[], block: Buffer): void {
  let [a = 0, b = 0, c = 0, d = 0] = state
  for (const [round, { order, shifts, constant }] of rounds.entries()) {
    for (const [step, word] of order.entries()) {
      const sum = (a + mixes[round]!(b, c, d) + block.readUInt32LE(word * 4) + constant) | 0
      const shift = shifts[step % 4]!
      ;[a, d, c, b] = [d, c, b, (sum << shift) | (sum >>> (32 - shift))]
    }
  }
  for (const [index, word] of [a, b, c, d].entries()) state[index] = (state[index]! + word) | 0
}
