import { EwsError } from '../soap/errors.ts'

/** The mark of a position in the events of the store. */
export function watermarkOf(seq: number): string {
  return Buffer.from(`watermark ${String(seq).padStart(20, '0')}`).toString('base64')
}

/** The position that a watermark names. */
export function readWatermark(watermark: string): number {
  const match = /^watermark (\d{20})$/.exec(Buffer.from(watermark, 'base64').toString('latin1'))
  if (!match) throw invalidWatermark()
  return Number(match[1])
}

export function invalidWatermark(): EwsError {
  return new EwsError(
    'ErrorInvalidWatermark',
    'The watermark used for creating this subscription was not found.',
  )
}
