import { createHmac, randomBytes } from 'node:crypto'
import { Agent, type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { onTestFinished } from 'vitest'
import { md4 } from '../authentication/md4.ts'

export type NtlmOptions = {
  user?: string
  password?: string
  domain?: string
  method?: 'GET' | 'POST'
  /** What is shown as the channel's binding; left out: none. */
  binding?: Buffer
  /** Whether an integrity code over all three messages is sent, and whether it fits. */
  integrity?: 'none' | 'good' | 'bad'
  /** Trusts this CA: for https. */
  ca?: string
}

export type NtlmReply = { status: number; authenticate: string | undefined; text: string }

const head = Buffer.from('NTLMSSP\0', 'latin1')

/** A client of NTLM with one connection, written after [MS-NLMP] and knowing nothing of the server's code but MD4. */
export function ntlmClient(url: string, options: NtlmOptions = {}) {
  const agent = options.ca
    ? new TlsAgent({ keepAlive: true, maxSockets: 1, ca: options.ca })
    : new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const send = (method: string, authorization: string | undefined, body = ''): Promise<NtlmReply> =>
    exchange(url, agent, method, authorization, body)
  const prove = (challenge: string): string => {
    const [, token = ''] = /NTLM (\S+)/.exec(challenge) ?? []
    return `NTLM ${typeThree(Buffer.from(token, 'base64'), options).toString('base64')}`
  }
  return {
    send,
    prove,
    greeting: `NTLM ${typeOne().toString('base64')}`,
    /** The three messages; the last carries the body. */
    async logOn(body: string): Promise<NtlmReply> {
      const { authenticate = '' } = await send(options.method ?? 'POST', this.greeting)
      return send('POST', prove(authenticate), body)
    },
  }
}

function exchange(
  url: string,
  agent: Agent,
  method: string,
  authorization: string | undefined,
  body: string,
): Promise<NtlmReply> {
  const { promise, resolve, reject } = Promise.withResolvers<NtlmReply>()
  const send = url.startsWith('https:') ? tlsRequest : plainRequest
  const headers = {
    'content-type': 'text/xml; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(authorization && { authorization }),
  }
  const call = send(url, { method, agent, headers }, (response: IncomingMessage) => {
    let text = ''
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        authenticate: response.headers['www-authenticate'],
        text,
      }),
    )
  })
  call.on('error', reject).end(body)
  return promise
}

function typeOne(): Buffer {
  const message = Buffer.alloc(32)
  head.copy(message)
  message.writeUInt32LE(1, 8)
  message.writeUInt32LE(0xa2088207, 12)
  return message
}

function typeThree(challenge: Buffer, options: NtlmOptions): Buffer {
  const { user = 'svc-lockstep', password = 'lockstep', domain = 'CONTOSO', binding } = options
  const { integrity = 'none' } = options
  const infoAt = challenge.readUInt32LE(44)
  const info = challenge.subarray(infoAt, infoAt + challenge.readUInt16LE(40) - 4)
  const bound = binding ? Buffer.concat([Buffer.from([10, 0, 16, 0]), binding]) : Buffer.alloc(0)
  const blob = Buffer.concat([
    Buffer.from('0101000000000000', 'hex'),
    Buffer.alloc(8),
    randomBytes(8),
    Buffer.alloc(4),
    info,
    bound,
    integrity === 'none' ? Buffer.alloc(0) : Buffer.from('0600040002000000', 'hex'),
    Buffer.alloc(8),
  ])
  const key = hmac(md4(Buffer.from(password, 'utf16le')), Buffer.from(user.toUpperCase() + domain, 'utf16le'))
  const proof = hmac(key, Buffer.concat([challenge.subarray(24, 32), blob]))
  const parts = [
    Buffer.alloc(24),
    Buffer.concat([proof, blob]),
    ...[domain, user, 'WORKSTATION'].map((text) => Buffer.from(text, 'utf16le')),
    Buffer.alloc(0),
  ]
  const message = pack(parts)
  if (integrity !== 'none') {
    const code = hmac(hmac(key, proof), Buffer.concat([typeOne(), challenge, message]))
    if (integrity === 'bad') code.reverse()
    code.copy(message, micOffset)
  }
  return message
}

const micOffset = 72

function pack(parts: readonly Buffer[]): Buffer {
  const message = Buffer.alloc(micOffset + 16)
  head.copy(message)
  message.writeUInt32LE(3, 8)
  let offset = message.length
  for (const [index, part] of parts.entries()) {
    message.writeUInt16LE(part.length, 12 + index * 8)
    message.writeUInt16LE(part.length, 14 + index * 8)
    message.writeUInt32LE(offset, 16 + index * 8)
    offset += part.length
  }
  message.writeUInt32LE(0xa2888205, 60)
  return Buffer.concat([message, ...parts])
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('md5', key).update(data).digest()
}
