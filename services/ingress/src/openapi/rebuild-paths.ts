import { z } from 'zod'
import { pageQuery } from '../query.ts'
import { parametersOf, reference } from './components.ts'
import { inPath, json, type Operation, problems, usualProblems, withKey } from './operation.ts'

export const unconfirmedQuery = pageQuery.extend({
  mailbox: z.string().optional().describe('Only those of this mailbox.'),
})

const mailbox = inPath('mailbox', 'The primary SMTP address of an enabled mailbox.')
const unknown = { 404: 'The mailbox is not enabled.' }

/** What there is to be done after Redis was lost. */
export const rebuildPaths = () =>
  ({
    '/v1/unconfirmed': {
      get: {
        operationId: 'listUnconfirmed',
        summary: 'List what somebody has to decide after a loss of Redis',
        description:
          'Appointments that the application sent again, that it made before the loss, and that have no item in Exchange: deleted there meanwhile, or not written before the loss (asks: create). And those that it cancels and whose item may be a copy which its user has made, since another item with the same stamp or UID is there, or was deleted (asks: cancel). Nothing is created until it is decided, one by one or by REBUILD_CREATE; nothing of these is deleted until it is decided.',
        ...withKey,
        parameters: parametersOf(unconfirmedQuery),
        responses: {
          200: json(
            'Those that wait for a decision, the first one of each mailbox first.',
            'UnconfirmedList',
          ),
          ...problems({ 400: 'A parameter is wrong.', ...unknown }),
          ...usualProblems,
        },
      },
    },
    '/v1/unconfirmed/{mailbox}/{appointmentId}': {
      post: {
        operationId: 'decideUnconfirmed',
        summary: 'Decide an unconfirmed appointment',
        description:
          'create: it is made in Exchange, and attendees are invited. cancel: the item that itemId names is deleted, and attendees are told. drop: the calendar stays as it is; of what was to be created the application is told that it is cancelled, of what was to be cancelled that its item is an appointment of its own.',
        ...withKey,
        parameters: [mailbox, inPath('appointmentId', "The application's own id of the appointment.")],
        requestBody: { required: true, content: { 'application/json': { schema: reference('Decision') } } },
        responses: {
          200: json('Whether it was unconfirmed.', 'Decided'),
          ...problems({
            400: 'The decision is missing or not known.',
            409: 'The application asks for something else: create instead of cancel, or the other way round.',
            ...unknown,
          }),
          ...usualProblems,
        },
      },
    },
    '/v1/mailboxes/{mailbox}/rebuild': {
      post: {
        operationId: 'rebuildMailbox',
        summary: 'Begin or end the rebuild of a mailbox by hand',
        description:
          'A mailbox in whose calendar there are stamps of a lost ledger is rebuilt by itself. begin: the same for one in which there are none, or when Redis came back from an old copy: the calendar is listed, and what the application sends again and has no item is unconfirmed. end: the application has sent everything; what has no item from now on is new.',
        ...withKey,
        parameters: [mailbox],
        requestBody: { required: true, content: { 'application/json': { schema: reference('Rebuild') } } },
        responses: {
          202: json('It has begun, or ended.', 'Rebuilding'),
          ...problems({ 400: 'The action is missing or not known.', ...unknown }),
          ...usualProblems,
        },
      },
    },
  }) satisfies Record<string, { get: Operation } | { post: Operation }>
