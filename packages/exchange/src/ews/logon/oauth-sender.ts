import type { Dispatcher } from 'undici'
import { TransportError } from '../transport-error.ts'
import type { Tokens } from './oauth-tokens.ts'
import { postOnce } from './post-once.ts'
import type { Sender } from './sender.ts'

type Deps = {
  readonly url: string
  readonly tokens: Tokens
  readonly dispatcher: Dispatcher
  readonly close: () => Promise<void>
}

/** A fresh token that is refused says that something has to be granted, which takes people and time. */
const refusedRestMs = 60_000

/** Sends a token with each request; one that is refused is replaced once. */
export function createOAuthSender({ url, tokens, dispatcher, close }: Deps): Sender {
  return {
    async send(request) {
      for (const isRefused of [false, true]) {
        const authorization = `Bearer ${await tokens.token(request.signal, isRefused)}`
        const headers = { ...request.headers, authorization }
        const response = await postOnce(url, dispatcher, { ...request, headers })
        if (response.statusCode !== 401) return response
        await response.body.dump()
        request.wire.sent = false
      }
      throw new TransportError('logon', 'TOKEN_REFUSED', { effect: 'none', retryAfterMs: refusedRestMs })
    },
    close,
  }
}
