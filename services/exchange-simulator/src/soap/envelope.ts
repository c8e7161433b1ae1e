import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, descend, type Element, namespaces } from '../xml/element.ts'
import { MalformedXmlError, parseXml } from '../xml/parse.ts'
import { type ErrorDetails, schemaViolation, SoapFaultError } from './errors.ts'

export type RequestEnvelope = {
  readonly operation: Element
  readonly version: string | undefined
  /** The address or principal name that the caller wants to act as. */
  readonly impersonated: string | undefined
  /** The Windows id of the TimeZoneContext header. */
  readonly timeZoneId: string | undefined
}

const knownVersion = /^(Exchange20\d\d(_SP\d)?|V20\d\d_\d\d_\d\d)$/

// What Exchange Server Subscription Edition says of itself.
const serverVersionInfo =
  '<h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="2562" MinorBuildNumber="17"' +
  ` Version="V2017_07_11" xmlns:h="${namespaces.t}"/>`

export function readEnvelope(document: string): RequestEnvelope {
  const envelope = parse(document)
  if (envelope.name !== 'Envelope' || envelope.uri !== namespaces.soap)
    throw schemaViolation('no SOAP envelope')
  const header = child(envelope, 'Header')
  const operation = child(envelope, 'Body')?.children[0]
  if (!operation || operation.uri !== namespaces.m)
    throw schemaViolation('the SOAP body holds no EWS operation')

  const version = header && child(header, 'RequestServerVersion')?.attributes['Version']
  if (version !== undefined && !knownVersion.test(version)) {
    throw new SoapFaultError('ErrorInvalidServerVersion', 'The specified server version is invalid.')
  }
  return { operation, version, impersonated: impersonatedBy(header), timeZoneId: timeZoneOf(header) }
}

export function writeEnvelope(body: Xml): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${namespaces.soap}">` +
    `<s:Header>${serverVersionInfo}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
  )
}

/** One document of an answer that goes on; clients look for an envelope without a prefix there. */
export function writeStreamedEnvelope(body: Xml): string {
  return (
    `<Envelope xmlns="${namespaces.soap}"><Header>${serverVersionInfo}</Header>` +
    `<Body>${body}</Body></Envelope>`
  )
}

/** The root element of an answer, with the namespaces that everything below it uses. */
export function answer(name: string, content: Xml | readonly Xml[]): Xml {
  return node(`m:${name}`, content, { 'xmlns:m': namespaces.m, 'xmlns:t': namespaces.t })
}

export function writeFault(error: SoapFaultError): string {
  const detail =
    leaf('e:ResponseCode', error.code, { 'xmlns:e': errorsNamespace }) +
    leaf('e:Message', error.message, { 'xmlns:e': errorsNamespace }) +
    messageXml(error.details, true)
  const isCallersFault = error.code !== 'ErrorServerBusy' && !error.code.startsWith('ErrorInternal')
  return (
    `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${namespaces.soap}">` +
    `<s:Header>${serverVersionInfo}</s:Header><s:Body><s:Fault>` +
    leaf('faultcode', `a:${isCallersFault ? error.code : 'ErrorServerBusy'}`, { 'xmlns:a': namespaces.t }) +
    leaf('faultstring', error.message, { 'xml:lang': 'en-US' }) +
    `${node('detail', detail)}</s:Fault></s:Body></s:Envelope>`
  )
}

/** The machine-readable part of an error, or nothing. */
export function messageXml(details: ErrorDetails, inFault = false): Xml {
  const values = Object.entries(details).map(([name, value]) => leaf('t:Value', value, { Name: name }))
  if (values.length === 0) return ''
  return inFault ? node('t:MessageXml', values, { 'xmlns:t': namespaces.t }) : node('m:MessageXml', values)
}

const errorsNamespace = 'http://schemas.microsoft.com/exchange/services/2006/errors'

function parse(document: string): Element {
  try {
    return parseXml(document)
  } catch (error) {
    if (error instanceof MalformedXmlError) throw schemaViolation(error.message)
    throw error
  }
}

function impersonatedBy(header: Element | undefined): string | undefined {
  const impersonation = header && child(header, 'ExchangeImpersonation')
  if (!impersonation) return undefined
  const identity = child(impersonation, 'ConnectingSID')
  if (!identity) throw schemaViolation('ExchangeImpersonation without ConnectingSID')
  const name = ['PrimarySmtpAddress', 'SmtpAddress', 'PrincipalName']
    .map((kind) => childText(identity, kind))
    .find(Boolean)
  if (!name) throw schemaViolation('ConnectingSID names no account')
  return name
}

function timeZoneOf(header: Element | undefined): string | undefined {
  return header && descend(header, 'TimeZoneContext', 'TimeZoneDefinition')?.attributes['Id']
}
