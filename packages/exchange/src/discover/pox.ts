import { type JsElement, parseSoap } from '../ews/mends/parse-soap.ts'

const request = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006'
const response = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'

/** What an Autodiscover service says of an address. */
export type PoxAnswer =
  | { readonly kind: 'settings'; readonly internalUrl?: string; readonly externalUrl?: string }
  | { readonly kind: 'redirectAddress'; readonly address: string }
  | { readonly kind: 'redirectUrl'; readonly url: string }
  /** `code` is Autodiscover's own, such as 500 for an address that it does not know. */
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'unreadable' }

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/pox-autodiscover-request-for-exchange */
export function poxRequest(address: string): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${request}"><Request>` +
    `<EMailAddress>${escaped(address)}</EMailAddress>` +
    `<AcceptableResponseSchema>${response}</AcceptableResponseSchema></Request></Autodiscover>`
  )
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/pox-autodiscover-response-for-exchange */
export function readPox(xml: string): PoxAnswer {
  const answer = inside(parsed(xml), 'Response')
  const error = inside(answer, 'Error')
  if (error) return { kind: 'error', code: textOf(error, 'ErrorCode') ?? 'unknown' }
  const account = inside(answer, 'Account')
  const address = textOf(account, 'RedirectAddr')
  if (address !== undefined) return { kind: 'redirectAddress', address }
  const url = textOf(account, 'RedirectUrl')
  if (url !== undefined) return { kind: 'redirectUrl', url }

  const protocols = [account?.['Protocol'] ?? []].flat().filter(isElement)
  const urlOf = (type: string) =>
    protocols.flatMap((protocol) =>
      textOf(protocol, 'Type') === type ? (textOf(protocol, 'EwsUrl') ?? []) : [],
    )[0]
  const [internalUrl, externalUrl] = [urlOf('EXCH'), urlOf('EXPR')]
  if (internalUrl === undefined && externalUrl === undefined) return { kind: 'unreadable' }
  return { kind: 'settings', ...(internalUrl && { internalUrl }), ...(externalUrl && { externalUrl }) }
}

function parsed(xml: string): JsElement | undefined {
  try {
    return parseSoap(xml)
  } catch {
    return undefined
  }
}

function inside(element: JsElement | undefined, name: string): JsElement | undefined {
  const child = [element?.[name]].flat()[0]
  return isElement(child) ? child : undefined
}

function textOf(element: JsElement | undefined, name: string): string | undefined {
  const value = element?.[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function isElement(value: unknown): value is JsElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
