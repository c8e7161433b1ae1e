import { createHmac, randomBytes } from 'node:crypto'
import { md4 } from './md4.ts'
import { authenticateMessage, avId, type Challenge, micAt, readChallenge, writeAvPairs } from './messages.ts'

export type NtlmAccount = { readonly username: string; readonly password: string }

export type NtlmExchange = {
  readonly negotiate: Buffer
  /** The server's answer to it. */
  readonly challenge: Buffer
  /** The name under which the server is called. */
  readonly host: string
  /** Binds the proof to the TLS connection that it travels on. */
  readonly channelBinding?: Buffer | undefined
}

/** What varies from one proof to the next. */
export type Circumstances = { readonly clientChallenge: Buffer; readonly nowMs: number }

/**
 * The third message: NTLMv2 ([MS-NLMP] 3.3.2), in Unicode, with channel binding, and with an integrity code over all
 * three messages where the server tells its time. `undefined` if the challenge cannot be read.
 */
export function answerChallenge(
  account: NtlmAccount,
  { negotiate, challenge: challengeMessage, host, channelBinding }: NtlmExchange,
  { clientChallenge, nowMs }: Circumstances = { clientChallenge: randomBytes(8), nowMs: Date.now() },
): Buffer | undefined {
  const challenge = readChallenge(challengeMessage)
  if (!challenge) return undefined
  const { domain, user } = nameOf(account.username)
  const responseKey = responseKeyOf(user, domain, account.password)
  const time = challenge.targetInfo.get(avId.timestamp)
  const targetInfo = writeAvPairs(pairsFor(challenge, host, channelBinding))
  const temp = tempOf(time ?? fileTime(nowMs), clientChallenge, targetInfo)
  const proof = hmac(responseKey, challenge.serverChallenge, temp)

  const message = authenticateMessage({
    flags: challenge.flags,
    // Where the server tells its time, an LM response is not looked at.
    lmResponse: time
      ? Buffer.alloc(24)
      : Buffer.concat([hmac(responseKey, challenge.serverChallenge, clientChallenge), clientChallenge]),
    ntResponse: Buffer.concat([proof, temp]),
    domain,
    user,
    workstation: '',
  })
  if (time) hmac(hmac(responseKey, proof), negotiate, challengeMessage, message).copy(message, micAt)
  return message
}

/** NTOWFv2. */
export function responseKeyOf(user: string, domain: string, password: string): Buffer {
  return hmac(md4(Buffer.from(password, 'utf16le')), Buffer.from(user.toUpperCase() + domain, 'utf16le'))
}

/** What the proof covers beside the server's challenge. */
export function tempOf(time: Buffer, clientChallenge: Buffer, targetInfo: Buffer): Buffer {
  const head = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0])
  return Buffer.concat([head, time, clientChallenge, Buffer.alloc(4), targetInfo, Buffer.alloc(4)])
}

/** `DOMAIN\user`, or a name that says it all, such as `user@contoso.example`. */
function nameOf(username: string): { domain: string; user: string } {
  const slash = username.indexOf('\\')
  return slash < 0
    ? { domain: '', user: username }
    : { domain: username.slice(0, slash), user: username.slice(slash + 1) }
}

function pairsFor({ targetInfo }: Challenge, host: string, channelBinding: Buffer | undefined) {
  const pairs = new Map(targetInfo)
  if (targetInfo.has(avId.timestamp)) {
    const flags = Buffer.alloc(4)
    flags.writeUInt32LE(((targetInfo.get(avId.flags)?.readUInt32LE(0) ?? 0) | 2) >>> 0)
    pairs.set(avId.flags, flags)
  }
  pairs.set(avId.channelBindings, channelBinding ?? Buffer.alloc(16))
  pairs.set(avId.targetName, Buffer.from(`HTTP/${host}`, 'utf16le'))
  return pairs
}

/** 100 ns since 1601. */
function fileTime(ms: number): Buffer {
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE((BigInt(ms) + 11_644_473_600_000n) * 10_000n)
  return time
}

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const code = createHmac('md5', key)
  for (const part of parts) code.update(part)
  return code.digest()
}
