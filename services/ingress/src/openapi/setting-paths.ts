import { reference } from './components.ts'
import { inPath, json, type Operation, problems, usualProblems, withKey } from './operation.ts'

const mailbox = inPath('mailbox', 'The primary SMTP address of an enabled mailbox.')
const unknown = { 404: 'The mailbox is not enabled.' }

const read = {
  responses: { 200: json('What is set, what counts, and who changed what.', 'Settings'), ...usualProblems },
  ...withKey,
}

const write = {
  description:
    'Changes what is named, and leaves the rest. Workers take it up within a second or two, without a restart; a write under way is finished. While a direction is off events are taken and remembered, and no attempt is spent; once it is on again everything catches up, with the newest state only.',
  requestBody: { required: true, content: { 'application/json': { schema: reference('SettingsPatch') } } },
  ...withKey,
} as const

const changed = {
  200: json('What is set and counts now.', 'Settings'),
  ...problems({ 400: 'A setting is not known, or its value is not.' }),
  ...usualProblems,
}

/** What can be set while Lockstep runs. */
export const settingPaths = {
  '/v1/settings': {
    get: {
      operationId: 'readSettings',
      summary: 'See what is set for all mailboxes',
      description: 'Switches and policies of the connection.',
      ...read,
    },
    patch: {
      operationId: 'changeSettings',
      summary: 'Set something for all mailboxes',
      ...write,
      responses: changed,
    },
  },
  '/v1/mailboxes/{mailbox}/settings': {
    get: {
      operationId: 'readMailboxSettings',
      summary: 'See what is set for a mailbox',
      description: 'A setting of the mailbox outranks that of the connection, and that the environment.',
      ...read,
      parameters: [mailbox],
      responses: { ...read.responses, ...problems(unknown) },
    },
    patch: {
      operationId: 'changeMailboxSettings',
      summary: 'Set something for a mailbox',
      ...write,
      description: `${write.description} A direction that is off for the connection stays off for the mailbox.`,
      parameters: [mailbox],
      responses: { ...changed, ...problems(unknown) },
    },
  },
} satisfies Record<string, { get: Operation; patch: Operation }>
