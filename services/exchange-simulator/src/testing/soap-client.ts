import { child, descend, type Element, namespaces } from '../xml/element.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { parseXml } from '../xml/parse.ts'

export type CallOptions = {
  user?: string
  password?: string
  /** The mailbox to act for; `null`: the user's own. */
  impersonate?: string | null
  timeZone?: string
  version?: string
  redirect?: RequestInit['redirect']
}

export type SoapReply = {
  status: number
  headers: Headers
  text: string
  /** The element in the SOAP body: the answer, or the fault. */
  body: Element
  /** The response messages, in order. */
  messages: readonly Element[]
}

const defaults = {
  user: 'svc-lockstep@contoso.example',
  password: 'lockstep',
  impersonate: 'alice@contoso.example',
}

/** Sends raw SOAP, as a client that knows nothing of the simulator would. */
export function soapClient(url: string) {
  return async (operation: Xml, options: CallOptions = {}): Promise<SoapReply> => {
    const response = await post(url, envelopeOf(operation, { ...defaults, ...options }), {
      ...defaults,
      ...options,
    })
    const text = await response.text()
    const body = descend(parseXml(text), 'Body')?.children[0]
    if (!body) throw new Error('an answer without a body')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body,
      messages: child(body, 'ResponseMessages')?.children ?? [],
    }
  }
}

/** Posts a document as it is. */
export async function post(
  url: string,
  document: string,
  { user = defaults.user, password = defaults.password, redirect = 'follow' }: CallOptions = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    redirect,
    headers: {
      'content-type': 'text/xml; charset=utf-8',
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    },
    body: document,
  })
}

export function envelopeOf(
  operation: Xml,
  { impersonate, timeZone, version = 'Exchange2013_SP1' }: CallOptions,
): string {
  const header = [
    node('t:RequestServerVersion', '', { Version: version }),
    impersonate
      ? node('t:ExchangeImpersonation', node('t:ConnectingSID', leaf('t:PrimarySmtpAddress', impersonate)))
      : '',
    timeZone ? node('t:TimeZoneContext', node('t:TimeZoneDefinition', '', { Id: timeZone })) : '',
  ]
  const attributes = { 'xmlns:s': namespaces.soap, 'xmlns:t': namespaces.t, 'xmlns:m': namespaces.m }
  return node('s:Envelope', node('s:Header', header) + node('s:Body', operation), attributes)
}

/** The response code of the first message, or of the fault. */
export function codeOf({ messages, body }: SoapReply): string {
  const [message] = messages
  return (message ? child(message, 'ResponseCode') : descend(body, 'detail', 'ResponseCode'))?.text ?? ''
}

/** The codes of all messages. */
export function codesOf({ messages }: SoapReply): string[] {
  return messages.map((message) => child(message, 'ResponseCode')?.text ?? '')
}

/** The items of an answer, wherever its operation puts them. */
export function itemsOf({ messages }: SoapReply): Element[] {
  return messages.flatMap(
    (message) => (child(message, 'Items') ?? descend(message, 'RootFolder', 'Items'))?.children ?? [],
  )
}
