import { parseBoolean } from '../calendar/field.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { DirectoryEntry } from '../store/directory.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import type { Context } from './context.ts'
import { attribute, checkOrder, required } from './request.ts'

const operation = 'ResolveNames'
const mostCandidates = 100

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/resolvenames-operation */
export function resolveNames(request: Element, context: Context): Xml {
  checkOrder(request, 'ParentFolderIds', 'UnresolvedEntry')
  const withContacts = parseBoolean(request.attributes['ReturnFullContactData'] ?? '')
  if (request.attributes['SearchScope'] !== undefined) {
    attribute(
      request,
      'SearchScope',
      'ActiveDirectory',
      'ActiveDirectoryContacts',
      'Contacts',
      'ContactsActiveDirectory',
    )
  }
  const entry = required(request, 'UnresolvedEntry').text.trim()
  if (entry === '') throw schemaViolation('UnresolvedEntry is empty')
  const message = attempt(operation, context, undefined, () => {
    const found =
      request.attributes['SearchScope'] === 'Contacts' ? [] : context.store.directory.search(entry)
    if (found.length === 0) {
      throw new EwsError('ErrorNameResolutionNoResults', 'No results were found.')
    }
    const set = resolutionSet(found, withContacts)
    return found.length === 1 ? success(operation, set) : severalResults(set)
  })
  return respond(operation, [message])
}

function resolutionSet(found: readonly DirectoryEntry[], withContacts: boolean): Xml {
  const shown = found.slice(0, mostCandidates)
  const resolutions = shown.map((entry) =>
    node('t:Resolution', mailboxXml(entry) + (withContacts ? contactXml(entry) : '')),
  )
  return node('m:ResolutionSet', resolutions, {
    TotalItemsInView: found.length,
    IncludesLastItemInRange: shown.length === found.length,
  })
}

function mailboxXml({ name, address, members }: DirectoryEntry): Xml {
  return node('t:Mailbox', [
    leaf('t:Name', name),
    leaf('t:EmailAddress', address),
    leaf('t:RoutingType', 'SMTP'),
    leaf('t:MailboxType', members ? 'PublicDL' : 'Mailbox'),
  ])
}

function contactXml({ name, address }: DirectoryEntry): Xml {
  const [givenName = '', ...rest] = name.split(' ')
  const surname = rest.join(' ')
  return node('t:Contact', [
    leaf('t:Culture', 'en-US'),
    leaf('t:DisplayName', name),
    leaf('t:GivenName', givenName),
    node('t:EmailAddresses', leaf('t:Entry', address, { Key: 'EmailAddress1' })),
    leaf('t:ContactSource', 'ActiveDirectory'),
    surname ? leaf('t:Surname', surname) : '',
  ])
}

/** Several results are a warning that carries them. */
function severalResults(set: Xml): Xml {
  return node(
    `m:${operation}ResponseMessage`,
    leaf('m:MessageText', 'Multiple results were found.') +
      leaf('m:ResponseCode', 'ErrorNameResolutionMultipleResults') +
      leaf('m:DescriptiveLinkKey', 0) +
      set,
    { ResponseClass: 'Warning' },
  )
}
