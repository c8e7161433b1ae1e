import { type ServiceResponse, type ServiceResponseCollection, ServiceResult } from 'ews-javascript-api'
import type { ItemResult } from '../calendar-gateway.ts'
import { ExchangeTransientError } from '../errors.ts'
import { failed, succeeded } from '../item-results.ts'
import { errorOfResponse } from './failures.ts'

/** One result for each response of an answer; `read` makes the value of one that succeeded. */
export function resultsOf<Response extends ServiceResponse, Value>(
  responses: ServiceResponseCollection<Response>,
  read: (response: Response, index: number) => Value,
): ItemResult<Value>[] {
  return responses.Responses.map((response, index) => {
    if (response.Result !== ServiceResult.Success) return failed(errorOfResponse(response))
    try {
      return succeeded(read(response, index))
    } catch (cause) {
      return failed(new ExchangeTransientError('UNREADABLE_ITEM', { cause }))
    }
  })
}
