import { reference } from './components.ts'
import { inPath, json, type Operation, problems, usualProblems, withKey } from './operation.ts'

const where = [
  inPath('mailbox', 'The primary SMTP address of an enabled mailbox.'),
  inPath('appointmentId', "The application's own id of the appointment."),
]
const usual = {
  ...problems({
    404: 'The mailbox, the appointment or the conflict is not known.',
    501: 'The ingress was given no Exchange, or no FINGERPRINT_KEY.',
  }),
  ...usualProblems,
}

/** What people can do about conflicts. */
export const conflictPaths = {
  '/v1/appointments/{mailbox}/{appointmentId}/conflicts': {
    get: {
      operationId: 'readConflicts',
      summary: 'See both values of each conflict',
      description:
        'What both sides changed at the same time, field by field, who won, and both values: what won is read from Exchange, what lost is kept sealed for CONFLICT_KEEP_HOURS. Has content, unlike the state of the appointment.',
      ...withKey,
      parameters: where,
      responses: { 200: json('The conflicts.', 'Conflicts'), ...usual },
    },
  },
  '/v1/appointments/{mailbox}/{appointmentId}/conflicts/{version}/reverse': {
    post: {
      operationId: 'reverseConflict',
      summary: 'Let the other value win',
      description:
        'Of each field of the conflict the value that lost is written to the item in Exchange, and the application is told of it as of any change; mails go out as for any update. A second call gives the first state back. Refused if a field was changed since.',
      ...withKey,
      parameters: [...where, inPath('version', 'The version that the conflict was about.')],
      requestBody: { content: { 'application/json': { schema: reference('Reversal') } } },
      responses: {
        200: json('The conflict after that.', 'Conflict'),
        ...problems({
          400: 'The body is not valid.',
          409: 'Not now, or not any more: `detail` and `mend` say why. Nothing was written.',
          410: 'Nobody holds the values any more. `mend` says what to do instead.',
        }),
        ...usual,
      },
    },
  },
} satisfies Record<string, { get: Operation } | { post: Operation }>
