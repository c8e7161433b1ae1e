import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import { type Dispatcher, request } from 'undici'
import { TransportError } from '../transport-error.ts'

type Deps = { readonly authority: string; readonly dispatcher: Dispatcher; readonly timeoutMs: number }

/** Microsoft's library's way to the network: to the authority that is configured, and to nobody else. */
export function createAuthorityNetwork({ authority, dispatcher, timeoutMs }: Deps): INetworkModule {
  const { origin } = new URL(authority)

  async function send<Body>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<Body>> {
    if (new URL(url).origin !== origin)
      throw new TransportError('logon', 'OAUTH_OTHER_HOST', { effect: 'none' })
    const answer = await request(url, {
      method,
      dispatcher,
      headers: options.headers ?? {},
      signal: AbortSignal.timeout(timeoutMs),
      ...(options.body !== undefined && { body: options.body }),
    })
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: (await answer.body.json()) as Body,
    }
  }

  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  }
}
