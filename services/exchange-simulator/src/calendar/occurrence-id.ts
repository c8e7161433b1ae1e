/** The id of one occurrence: its master's id with the original start, marked as a recurrence. */
export function occurrenceId(masterId: string, originalStart: number): string {
  const master = Buffer.from(masterId, 'base64')
  const marked = Buffer.from(master)
  marked[40] = 1
  const start = Buffer.alloc(8)
  start.writeBigInt64LE(BigInt(originalStart))
  return Buffer.concat([marked, start]).toString('base64')
}

/** What an occurrence's id is made of, or `undefined` if the id is no such id. */
export function readOccurrenceId(id: string): { masterId: string; originalStart: number } | undefined {
  const bytes = Buffer.from(id, 'base64')
  if (bytes.length !== 121 || bytes[40] !== 1) return undefined
  const master = Buffer.from(bytes.subarray(0, 113))
  master[40] = 0
  return { masterId: master.toString('base64'), originalStart: Number(bytes.readBigInt64LE(113)) }
}
