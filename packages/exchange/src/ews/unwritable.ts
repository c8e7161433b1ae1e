import { type Appointment, instantOf } from '@lockstep/domain'
import { ExchangeError, ExchangeRejectedError } from '../errors.ts'
import { windowsZoneOf } from './zones.ts'

/** Says why an appointment cannot be put into words that Exchange knows; its neighbours in a batch can all the same. */
export function unwritable({ start, end }: Appointment): ExchangeError | undefined {
  try {
    for (const time of [start, end]) {
      windowsZoneOf(time.timeZone)
      instantOf(time)
    }
    return undefined
  } catch (cause) {
    return cause instanceof ExchangeError ? cause : new ExchangeRejectedError('TIME_NOT_READABLE', { cause })
  }
}
