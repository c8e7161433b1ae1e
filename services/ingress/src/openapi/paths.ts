import { changesQuery, trailQuery } from '../query.ts'
import { parametersOf, reference } from './components.ts'
import { connectionPaths } from './connection-paths.ts'
import { mailboxPaths } from './mailbox-paths.ts'
import { conflictPaths } from './conflict-paths.ts'
import { dryRunPaths } from './dry-run-paths.ts'
import { rebuildPaths } from './rebuild-paths.ts'
import { settingPaths } from './setting-paths.ts'
import { enablingPaths } from './enabling-paths.ts'
import { inPath, json, type Operation, problems, usualProblems, withKey } from './operation.ts'

export type Paths = Readonly<Record<string, Readonly<Partial<Record<'get' | 'post' | 'patch', Operation>>>>>

const mailbox = inPath('mailbox', 'The primary SMTP address of an enabled mailbox.')

/** What there is, operation by operation. */
export function paths(): Paths {
  return {
    '/v1/events': { post: sendEvents },
    '/v1/changes': { get: readChanges() },
    '/v1/appointments/{mailbox}/{appointmentId}': { get: appointmentState },
    '/v1/mailboxes/{mailbox}': { get: mailboxState },
    ...enablingPaths(),
    ...mailboxPaths,
    ...settingPaths,
    ...connectionPaths,
    ...conflictPaths,
    ...rebuildPaths(),
    ...dryRunPaths(),
    '/v1/trail': { get: followTrail() },
    '/exchange/notifications/{token}': { post: notify },
  }
}

const example = {
  specversion: '1.0',
  id: 'APP-1042/3',
  source: '/apps/crm',
  type: 'appointment.updated',
  time: '2027-03-01T12:00:00Z',
  data: {
    mailbox: 'alice@contoso.example',
    appointmentId: 'APP-1042',
    version: 3,
    basedOn: 7,
    appointment: {
      subject: 'Site visit',
      body: { contentType: 'text', content: 'Bring the plans' },
      start: { dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' },
      end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Europe/Amsterdam' },
      location: 'Room 4',
      attendees: [{ address: 'bob@contoso.example', name: 'Bob' }],
    },
  },
}

const oneEvent = { schema: reference('AppointmentEvent'), example }
const manyEvents = { type: 'array', maxItems: 500, items: reference('AppointmentEvent') }

const sendEvents: Operation = {
  operationId: 'sendEvents',
  summary: 'Tell what changed in the application',
  description:
    'Takes one CloudEvent, or a list of them. An event that is `accepted` is stored when the answer comes, and Exchange follows. Of a list the good ones are taken, whatever the others are. Events may be sent again at any time.',
  ...withKey,
  requestBody: {
    required: true,
    content: {
      'application/cloudevents+json': oneEvent,
      'application/cloudevents-batch+json': { schema: manyEvents },
      'application/json': { schema: { oneOf: [reference('AppointmentEvent'), manyEvents] } },
    },
  },
  responses: {
    202: json('What became of each event.', 'EventResults'),
    ...problems({
      400: 'The body is not JSON, or the event is not valid: `errors` names each property, what is wrong and the mend.',
      413: 'The body is larger than 1 MiB, or the list longer than 500.',
      415: 'The media type is another one.',
      422: 'The mailbox is not enabled.',
    }),
    ...usualProblems,
  },
}

const readChanges = (): Operation => ({
  operationId: 'readChanges',
  summary: 'Read what changed in Exchange',
  description:
    'For applications that cannot be called. Content is read from Exchange at the time of asking and never stored, so what is gone meanwhile is left out: a later change says so. Changes are kept for 7 days.',
  ...withKey,
  parameters: parametersOf(changesQuery),
  responses: {
    200: json('The changes after the cursor, the oldest first.', 'Changes'),
    ...problems({
      400: 'A parameter is wrong.',
      410: 'Some changes after the cursor are not kept any more.',
      501: 'The ingress was given no Exchange to read from.',
    }),
    ...usualProblems,
  },
})

const appointmentState: Operation = {
  operationId: 'appointmentState',
  summary: 'See how far an appointment is',
  description: 'Settled, pending, or parked and why; versions, revisions and conflicts. Never content.',
  ...withKey,
  parameters: [mailbox, inPath('appointmentId', "The application's own id of the appointment.")],
  responses: {
    200: json('Its state.', 'AppointmentState'),
    ...problems({ 404: 'The mailbox or the appointment is not known.' }),
    ...usualProblems,
  },
}

const mailboxState: Operation = {
  operationId: 'mailboxState',
  summary: 'See how fresh a mailbox is',
  description:
    'When it was last current, when Exchange was last heard of, and why it cannot be used if it cannot.',
  ...withKey,
  parameters: [mailbox],
  responses: {
    200: json('Its state.', 'MailboxState'),
    ...problems({ 404: 'The mailbox is not enabled.' }),
    ...usualProblems,
  },
}

const followTrail = (): Operation => ({
  operationId: 'followTrail',
  summary: 'Follow the way of changes, step by step',
  description:
    'Each step on the way of a change with its time, for some hundred of the last steps of a mailbox. With `Accept: text/event-stream` the steps keep coming, as they happen.',
  ...withKey,
  parameters: parametersOf(trailQuery),
  responses: {
    200: {
      description: 'The steps after the cursor, the oldest first; without a cursor the newest ones.',
      content: {
        'application/json': { schema: reference('Trail') },
        'text/event-stream': { schema: { type: 'string' } },
      },
    },
    ...problems({ 400: 'A parameter is wrong.', 404: 'The mailbox is not enabled.' }),
    ...usualProblems,
  },
})

const notify: Operation = {
  operationId: 'notify',
  summary: 'Exchange: something changed in a mailbox',
  description:
    'Called by Exchange for push subscriptions (SendNotification). The token is the secret of the subscription.',
  parameters: [inPath('token', 'Given to Exchange with the subscription.')],
  requestBody: { required: true, content: { 'text/xml': { schema: { type: 'string' } } } },
  responses: {
    200: {
      description: 'SendNotificationResult: OK.',
      content: { 'text/xml': { schema: { type: 'string' } } },
    },
    ...problems({
      400: 'The body is not a SendNotification.',
      404: 'Nobody has such a token.',
      413: 'The body is larger than 256 KiB.',
      503: 'Not now. Exchange repeats what it got no answer to.',
    }),
  },
}
