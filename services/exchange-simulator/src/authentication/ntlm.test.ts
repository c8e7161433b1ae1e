import { describe, expect, test } from 'vitest'
import { calendarFolder } from '../testing/requests.ts'
import { ntlmClient, type NtlmOptions } from '../testing/ntlm-client.ts'
import { setUp } from '../testing/set-up.ts'
import { envelopeOf } from '../testing/soap-client.ts'
import { leaf, node } from '../xml/build.ts'
import { channelBindingOf } from './channel-binding.ts'
import { createPrivateCa } from './private-ca.ts'
import { provesPassword } from './ntlm-proof.ts'

const request = envelopeOf(
  node(
    'm:GetFolder',
    node('m:FolderShape', leaf('t:BaseShape', 'IdOnly')) + node('m:FolderIds', calendarFolder),
  ),
  { impersonate: 'alice@contoso.example' },
)

async function setUpNtlm(options: NtlmOptions = {}) {
  const { simulator } = await setUp()
  return { simulator, client: ntlmClient(simulator.url, options) }
}

describe('NTLM', () => {
  test.each(['GET', 'POST'] as const)(
    'lets in whoever proves the password, with %s first',
    async (method) => {
      const { client } = await setUpNtlm({ method })
      const { status, text } = await client.logOn(request)
      expect([status, text.includes('NoError')]).toEqual([200, true])
    },
  )

  test.each<NtlmOptions>([
    { user: 'svc-lockstep@contoso.example', domain: '' },
    { user: 'SVC-Lockstep', domain: 'anything' },
  ])('knows $user of the domain $domain', async (options) => {
    const { client } = await setUpNtlm(options)
    expect((await client.logOn(request)).status).toBe(200)
  })

  test.each<NtlmOptions>([{ password: 'wrong' }, { user: 'nobody' }])('refuses %o', async (options) => {
    const { client } = await setUpNtlm(options)
    const { status, authenticate } = await client.logOn(request)
    expect([status, authenticate]).toEqual([
      401,
      expect.stringMatching(/^NTLM, Basic realm="exchange", Bearer /),
    ])
  })

  test.each([
    ['good', 200],
    ['bad', 401],
  ] as const)('checks an integrity code: a %s one gives %i', async (integrity, status) => {
    const { client } = await setUpNtlm({ integrity })
    expect((await client.logOn(request)).status).toBe(status)
  })

  test('may come with all schemes in one header', async () => {
    const { client, simulator } = await setUpNtlm()
    simulator.authentication = { ...simulator.authentication, joinsChallenges: true }
    expect((await client.send('POST', undefined)).authenticate).toMatch(
      /^NTLM, Basic realm="exchange", Bearer /,
    )
    expect((await client.logOn(request)).status).toBe(200)
  })

  test('holds for its connection, and for no other', async () => {
    const { client, simulator } = await setUpNtlm()
    await client.logOn(request)
    expect((await client.send('POST', undefined, request)).status).toBe(200)
    expect((await ntlmClient(simulator.url).send('POST', undefined, request)).status).toBe(401)
  })

  test('takes no proof that answers the challenge of another connection, and none twice', async () => {
    const { client, simulator } = await setUpNtlm()
    const other = ntlmClient(simulator.url)
    const { authenticate = '' } = await client.send('POST', client.greeting)
    const proof = client.prove(authenticate)
    expect((await other.send('POST', proof, request)).status).toBe(401)
    expect((await client.send('POST', proof, request)).status).toBe(200)
    expect((await client.send('POST', proof, request)).status).toBe(401)
  })

  test('gives one try for each challenge', async () => {
    const { client, simulator } = await setUpNtlm()
    const { authenticate = '' } = await client.send('POST', client.greeting)
    const wrong = ntlmClient(simulator.url, { password: 'wrong' }).prove(authenticate)
    expect((await client.send('POST', wrong, request)).status).toBe(401)
    expect((await client.send('POST', client.prove(authenticate), request)).status).toBe(401)
  })

  test('is not offered where the policy does not say so', async () => {
    const { client, simulator } = await setUpNtlm()
    simulator.authentication = { ...simulator.authentication, schemes: ['basic'] }
    const { status, authenticate } = await client.send('POST', client.greeting, request)
    expect([status, authenticate]).toEqual([401, 'Basic realm="exchange"'])
  })
})

describe('channel binding', () => {
  test.each([
    { policy: 'required', shows: 'nothing', status: 401 },
    { policy: 'required', shows: 'this server', status: 200 },
    { policy: 'required', shows: 'another server', status: 401 },
    { policy: 'checked', shows: 'nothing', status: 200 },
    { policy: 'checked', shows: 'another server', status: 401 },
    { policy: 'ignored', shows: 'another server', status: 200 },
  ] as const)('$policy, given $shows: $status', async ({ policy, shows, status }) => {
    const { simulator } = await setUp({ httpsPort: 0, authentication: { channelBinding: policy } })
    const { url, ca } = simulator.secure!
    const shown = {
      nothing: undefined,
      'this server': simulator.channelBinding,
      'another server': channelBindingOf((await createPrivateCa(['localhost'])).certificate),
    }[shows]
    const client = ntlmClient(url, { ca, ...(shown && { binding: shown }) })
    expect((await client.logOn(request)).status).toBe(status)
  })
})

// [MS-NLMP] 4.2.4
test("the proof is that of Microsoft's example", () => {
  const proof = '68cd0ab851e51c96aabc927bebef6a1c'
  const blob =
    '01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e00' +
    '01000c005300650072007600650072000000000000000000'
  const given = {
    user: 'User',
    domain: 'Domain',
    ntResponse: Buffer.from(proof + blob, 'hex'),
    encryptedSessionKey: Buffer.alloc(0),
    exchangesKey: false,
    message: Buffer.alloc(0),
  }
  const handshake = {
    challenge: Buffer.from('0123456789abcdef', 'hex'),
    negotiateMessage: Buffer.alloc(0),
    challengeMessage: Buffer.alloc(0),
  }
  expect(provesPassword(given, 'Password', handshake)).toBe(true)
  expect(provesPassword(given, 'password', handshake)).toBe(false)
})
