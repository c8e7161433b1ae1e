import { Agent } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { createAuthorityNetwork } from './authority-network.ts'

test.each(['https://login.microsoftonline.com/common/discovery/instance', 'http://127.0.0.1:9/x/token'])(
  'nobody but the authority is asked: not %s',
  async (url) => {
    const dispatcher = new Agent()
    onTestFinished(() => dispatcher.destroy())
    const authority = 'https://127.0.0.1:9/contoso.example'
    const network = createAuthorityNetwork({ authority, dispatcher, timeoutMs: 1_000 })
    const refused = expect.objectContaining({ code: 'OAUTH_OTHER_HOST' })
    await expect(network.sendGetRequestAsync(url)).rejects.toEqual(refused)
    await expect(network.sendPostRequestAsync(url)).rejects.toEqual(refused)
  },
)
