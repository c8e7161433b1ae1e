import { schemaViolation } from '../soap/errors.ts'
import type { Attendee, CalendarItem, Person } from '../store/item.ts'
import { leaf, node, optionalLeaf, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { oneOf } from './field.ts'
import { writeInstant } from './time.ts'

const parseResponse = oneOf('Unknown', 'Organizer', 'Tentative', 'Accept', 'Decline', 'NoResponseReceived')

export function readPerson(element: Element): Person {
  const mailbox = child(element, 'Mailbox')
  if (!mailbox) throw schemaViolation(`${element.name} without Mailbox`)
  const address = childText(mailbox, 'EmailAddress') ?? ''
  return { address, name: childText(mailbox, 'Name') ?? address }
}

export function writePerson({ address, name }: Person): Xml {
  return node('t:Mailbox', [
    leaf('t:Name', name || address),
    leaf('t:EmailAddress', address),
    leaf('t:RoutingType', 'SMTP'),
    leaf('t:MailboxType', 'Mailbox'),
  ])
}

/** Reads one of the three attendee lists; who was there already keeps the answer given before. */
export function readAttendees(list: Element, role: Attendee['role'], known: readonly Attendee[]): Attendee[] {
  return list.children.map((element) => {
    if (element.name !== 'Attendee')
      throw schemaViolation(`unexpected element ${element.name} in ${list.name}`)
    const person = readPerson(element)
    const before = known.find(({ address }) => address.toLowerCase() === person.address.toLowerCase())
    const given = childText(element, 'ResponseType')
    const response = given ? parseResponse(given) : 'Unknown'
    return before ? { ...before, ...person, role } : { ...person, role, response }
  })
}

export function writeAttendees(item: CalendarItem, name: string, role: Attendee['role']): Xml {
  const attendees = item.attendees.filter((attendee) => attendee.role === role)
  if (attendees.length === 0) return ''
  return node(
    `t:${name}`,
    attendees.map((attendee) =>
      node('t:Attendee', [
        writePerson(attendee),
        leaf('t:ResponseType', attendee.response),
        optionalLeaf('t:LastResponseTime', attendee.respondedAt && writeInstant(attendee.respondedAt)),
      ]),
    ),
  )
}
