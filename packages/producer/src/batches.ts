const MAX_EVENTS = 100
/** Below the limit of the service, with room for the brackets and commas. */
const MAX_BYTES = 900_000

/** Splits events, written as JSON, into batches that the service takes; their order stays. */
export function batchesOf(events: readonly string[]): string[] {
  const batches: string[][] = []
  let bytes = 0
  for (const event of events) {
    const size = Buffer.byteLength(event) + 1
    const batch = batches.at(-1)
    if (batch && batch.length < MAX_EVENTS && bytes + size <= MAX_BYTES) {
      batch.push(event)
      bytes += size
    } else {
      batches.push([event])
      bytes = size
    }
  }
  return batches.map((batch) => `[${batch.join(',')}]`)
}
