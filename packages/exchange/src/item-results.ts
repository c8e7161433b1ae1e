import type { ItemResult } from './calendar-gateway.ts'
import type { ExchangeError } from './errors.ts'

export function succeeded<Value>(value: Value): ItemResult<Value> {
  return { ok: true, value }
}

export function failed(error: ExchangeError): ItemResult<never> {
  return { ok: false, error }
}

/** The errors within a batch's results; none for anything else. */
export function failuresIn(value: unknown): ExchangeError[] {
  if (!Array.isArray(value)) return []
  const results = value as (Partial<ItemResult<unknown>> | undefined)[]
  return results.flatMap((result) => (result?.ok === false && result.error ? [result.error] : []))
}
