import { reference } from './components.ts'
import { inPath, json, type Operation, problems, usualProblems, withKey } from './operation.ts'

const mailbox = inPath('mailbox', 'The primary SMTP address of an enabled mailbox.')
const unknown = { 404: 'The mailbox is not enabled.' }

/** What can be done with a mailbox and its appointments. */
export const mailboxPaths = {
  '/v1/mailboxes/{mailbox}/release': {
    post: {
      operationId: 'releaseMailbox',
      summary: 'Let a stopped direction go on',
      description:
        'A direction is stopped when too many appointments were about to be deleted. Release it once you have seen that this is right: what waits is done, and for one window nothing is counted.',
      ...withKey,
      parameters: [mailbox],
      requestBody: { required: true, content: { 'application/json': { schema: reference('Release') } } },
      responses: {
        200: json('Whether it was stopped.', 'Released'),
        ...problems({ 400: 'The direction is missing or not known.', ...unknown }),
        ...usualProblems,
      },
    },
  },
  '/v1/mailboxes/{mailbox}/forget': {
    post: {
      operationId: 'forgetMailbox',
      summary: 'Forget a mailbox',
      description:
        'It is synchronised no more, and everything that is known of it is erased within a minute. Its calendar stays as it is. One that was only asked for is not enabled any more. Take it off MAILBOXES too, or the next start enables it anew.',
      ...withKey,
      parameters: [mailbox],
      responses: {
        202: json('It is being forgotten.', 'Forgetting'),
        ...problems(unknown),
        ...usualProblems,
      },
    },
  },
  '/v1/mailboxes/{mailbox}/repair': {
    post: {
      operationId: 'repairMailbox',
      summary: 'Compare a whole calendar with what is known of it',
      description:
        'Finds what went unnoticed and tells the application. Nothing is written to Exchange and nobody is mailed. One that is under way already is not begun anew. Its progress is shown with the mailbox.',
      ...withKey,
      parameters: [mailbox],
      responses: {
        202: json('It has begun.', 'Repairing'),
        ...problems(unknown),
        ...usualProblems,
      },
    },
  },
  '/v1/appointments/{mailbox}/{appointmentId}/replay': {
    post: {
      operationId: 'replayAppointment',
      summary: 'Try again what is parked of an appointment',
      description: 'In both directions, with its attempts forgotten. One that was frozen is so no more.',
      ...withKey,
      parameters: [mailbox, inPath('appointmentId', "The application's own id of the appointment.")],
      responses: {
        200: json('Whether anything was parked or frozen.', 'Replayed'),
        ...problems(unknown),
        ...usualProblems,
      },
    },
  },
} satisfies Record<string, { post: Operation }>
