import { pageQuery } from '../query.ts'
import { parametersOf, reference } from './components.ts'
import { inPath, json, type Operation, problems, usualProblems, withKey } from './operation.ts'

const what =
  'An inbound worker tests each as `lockstep mailboxes add` does (resolve, impersonate, read, write and delete a hidden test item, subscribe, receive a notification) and enables those that pass. One that fails stops no other. One that is enabled already stays as it is, and one that is asked for already is not asked for twice.'

/** Enabling mailboxes, and which there are. */
export const enablingPaths = () =>
  ({
    '/v1/mailboxes': {
      post: {
        operationId: 'enableMailboxes',
        summary: 'Test mailboxes and enable those that pass',
        description: `${what} As CSV: a column "address" (or PrimarySmtpAddress), separated by commas, semicolons or tabs, in UTF-8 or UTF-16.`,
        ...withKey,
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: reference('MailboxesAskedFor') },
            'text/csv': { schema: { type: 'string' }, example: 'address\nalice@contoso.example\n' },
          },
        },
        responses: {
          202: json('They are asked for; GET /v1/enablings says how far they are.', 'Enablings'),
          ...problems({
            400: 'The body names no mailboxes, or too many.',
            413: 'The body is larger than 1 MiB.',
            415: 'The media type is another one.',
          }),
          ...usualProblems,
        },
      },
      get: {
        operationId: 'listMailboxes',
        summary: 'List the enabled mailboxes',
        description: 'Each with when it was last current. More is said of a single one.',
        ...withKey,
        parameters: parametersOf(pageQuery),
        responses: {
          200: json('A page of them.', 'Mailboxes'),
          ...problems({ 400: 'A parameter is wrong.' }),
          ...usualProblems,
        },
      },
    },
    '/v1/enablings': {
      get: {
        operationId: 'listEnablings',
        summary: 'See what became of the mailboxes that were asked for',
        description: 'While they are tested, and for a day.',
        ...withKey,
        parameters: parametersOf(pageQuery),
        responses: {
          200: json('A page of them, the one asked for first first, and the counts of all.', 'Enablings'),
          ...problems({ 400: 'A parameter is wrong.' }),
          ...usualProblems,
        },
      },
    },
    '/v1/mailboxes/{mailbox}/enabling': {
      get: {
        operationId: 'readEnabling',
        summary: 'See the test of a mailbox step by step',
        description: 'Of the newest time that it was asked for, while it is tested and for a day.',
        ...withKey,
        parameters: [inPath('mailbox', 'The primary SMTP address.')],
        responses: {
          200: json('How far it is, and what each step found.', 'Enabling'),
          ...problems({ 404: 'It was not asked for within the last day.' }),
          ...usualProblems,
        },
      },
    },
  }) satisfies Record<string, { get: Operation; post?: Operation }>
