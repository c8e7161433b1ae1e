import type { Dispatcher } from 'undici'
import type { Secret } from '../../trust/secret.ts'
import { type LogonGuard, LogonRefused } from './logon-guard.ts'
import { postOnce, provesLogon } from './post-once.ts'
import type { EwsRequest, Sender } from './sender.ts'
import { withNewest } from './with-newest.ts'

type Deps = {
  readonly url: string
  readonly username: string
  readonly password: Secret
  readonly dispatcher: Dispatcher
  readonly guard: LogonGuard
}

/** Sends the password with each request. */
export function createBasicSender({ url, username, password, dispatcher, guard }: Deps): Sender {
  const attempt = (request: EwsRequest, secret: string) =>
    guard.logOn(secret, request.signal, async () => {
      const authorization = `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`
      const headers = { ...request.headers, authorization }
      const response = await postOnce(url, dispatcher, { ...request, headers })
      if (response.statusCode !== 401) return { result: response, proves: provesLogon(response) }
      await response.body.dump()
      throw new LogonRefused()
    })

  return {
    send: (request) => withNewest(password, (secret) => attempt(request, secret)),
    close: () => dispatcher.destroy(),
  }
}
