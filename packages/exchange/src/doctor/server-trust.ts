import type { X509Certificate } from 'node:crypto'
import type { WaysOut } from '../ews/connections/ways-out.ts'
import { ExchangeError } from '../errors.ts'
import { openTrust, type TlsMaterial, type TrustOptions } from '../trust/tls-material.ts'
import { lookAtChain, shakeHands } from './handshake.ts'
import { failed } from './step.ts'

/** A certificate as a person judges it. All of it was said by whoever answered: nothing is proven. */
export type ShownCertificate = {
  readonly subject: string
  readonly issuer: string
  /** SHA-256, in pairs with colons between, as other tools show it. */
  readonly fingerprint: string
  readonly validFromMs: number
  readonly validToMs: number
  /** The host names and addresses that it is for. */
  readonly names: readonly string[]
  readonly isAuthority: boolean
  readonly pem: string
}

export type ServerTrust = {
  /** The server's own certificate first. */
  readonly chain: readonly ShownCertificate[]
  /** Why connections to it are refused as things are; missing if they are not. */
  readonly trouble?: { readonly code: string; readonly mend?: string }
}

export type TrustWay = {
  readonly trust?: TrustOptions
  readonly waysOut?: WaysOut
  readonly timeoutMs: number
}

/** What a server shows of itself, and whether that is trusted already. Nothing is sent to it. @throws {ExchangeError} */
export async function examineTrust(url: string, { trust = {}, ...way }: TrustWay): Promise<ServerTrust> {
  const target = new URL(url)
  const chain = (await lookAtChain(target, way)).map(shown)
  const trouble = await troubleWith(target, way, openTrust(trust).material)
  return { chain, ...(trouble && { trouble }) }
}

/** Whether connections succeed with this certificate trusted, and no other. */
export function proveTrust(
  url: string,
  pem: string,
  { timeoutMs, waysOut }: TrustWay,
): Promise<ServerTrust['trouble']> {
  const material: TlsMaterial = { ca: [pem], allowPartialTrustChain: true }
  return troubleWith(new URL(url), { timeoutMs, ...(waysOut && { waysOut }) }, () => material)
}

async function troubleWith(
  url: URL,
  way: Omit<TrustWay, 'trust'>,
  material: () => TlsMaterial,
): Promise<ServerTrust['trouble']> {
  try {
    await shakeHands(url, way, material)
    return undefined
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error
    const { code = error.code, mend } = failed(error.code, '')
    return { code, ...(mend !== undefined && { mend }) }
  }
}

function shown(certificate: X509Certificate): ShownCertificate {
  const { subject, issuer, fingerprint256, validFrom, validTo, subjectAltName = '', ca } = certificate
  return {
    subject: printable(subject),
    issuer: printable(issuer),
    fingerprint: fingerprint256,
    validFromMs: Date.parse(validFrom),
    validToMs: Date.parse(validTo),
    names: subjectAltName
      .split(/,\s*/)
      .map((name) => printable(name.replace(/^(DNS|IP Address):/, '')))
      .filter(Boolean),
    isAuthority: ca,
    pem: certificate.toString(),
  }
}

/** Whoever answers may have put anything into it, also what would write all over a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ', ').replaceAll(/\p{C}/gu, '?')
}
