import { type Dispatcher, request as undiciRequest } from 'undici'
import { TransportError } from '../transport-error.ts'
import type { EwsRequest } from './sender.ts'

/**
 * Sends a request over `dispatcher` and notes when its body is handed to a connected socket.
 * @throws {TransportError} without having sent it, if its deadline is past by then
 */
export function postOnce(
  url: string,
  dispatcher: Dispatcher,
  { body, headers, signal, wire, deadline }: EwsRequest,
): Promise<Dispatcher.ResponseData> {
  return undiciRequest(url, {
    method: 'POST',
    dispatcher: noting(dispatcher, { wire, deadline }),
    signal,
    body,
    headers: { ...headers, 'content-length': String(body.length) },
  })
}

/** A result or a fault comes from Exchange itself; anything else may come from whoever stands before it. */
export function provesLogon({ statusCode }: Dispatcher.ResponseData): boolean {
  return statusCode === 200 || statusCode === 500
}

function noting(
  dispatcher: Dispatcher,
  { wire, deadline }: Pick<EwsRequest, 'wire' | 'deadline'>,
): Dispatcher {
  return dispatcher.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        ...forwarding(handler),
        onRequestStart(controller, context) {
          // What is thrown here ends the request before anything of it is written.
          if (deadline?.isPast()) throw new TransportError('late', 'TOO_LATE', { effect: 'none' })
          wire.sent = true
          handler.onRequestStart?.(controller, context)
        },
      }),
  )
}

function forwarding(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return {
    onRequestUpgrade: (...event) => handler.onRequestUpgrade?.(...event),
    onResponseStart: (...event) => handler.onResponseStart?.(...event),
    onResponseData: (...event) => handler.onResponseData?.(...event),
    onResponseEnd: (...event) => handler.onResponseEnd?.(...event),
    onResponseError: (...event) => handler.onResponseError?.(...event),
  }
}
