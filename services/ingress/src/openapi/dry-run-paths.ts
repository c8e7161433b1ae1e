import { pageQuery } from '../query.ts'
import { parametersOf } from './components.ts'
import { inPath, json, type Operation, problems, usualProblems, withKey } from './operation.ts'

const mailbox = inPath('mailbox', 'The primary SMTP address of an enabled mailbox.')
const unknown = { 404: 'The mailbox is not enabled.' }
const what =
  'The workers decide everything as they would if both directions were on, on a copy of what is known of the mailbox and on what Exchange holds. Exchange is only read, nobody is mailed, and the application is told nothing. Content of private items is not read.'

/** What would be done if both directions were on. */
export const dryRunPaths = () =>
  ({
    '/v1/dry-run': {
      post: {
        operationId: 'beginDryRuns',
        summary: 'Begin a dry run of all mailboxes',
        description: what,
        ...withKey,
        responses: {
          202: json('They have begun. The first page of what GET says.', 'DryRuns'),
          ...usualProblems,
        },
      },
      get: {
        operationId: 'readDryRuns',
        summary: 'See what the dry runs of all mailboxes counted',
        description: 'The newest dry run of each mailbox, if it began within the last day.',
        ...withKey,
        parameters: parametersOf(pageQuery),
        responses: {
          200: json('A page of the mailboxes, and the counts of all.', 'DryRuns'),
          ...problems({ 400: 'A parameter is wrong.' }),
          ...usualProblems,
        },
      },
    },
    '/v1/mailboxes/{mailbox}/dry-run': {
      post: {
        operationId: 'beginDryRun',
        summary: 'Begin a dry run of a mailbox',
        description: `${what} One that is under way goes on.`,
        ...withKey,
        parameters: [mailbox],
        responses: { 202: json('It has begun.', 'DryRunState'), ...problems(unknown), ...usualProblems },
      },
      get: {
        operationId: 'readDryRun',
        summary: 'See what would be written and told',
        description:
          'Of the newest dry run of the mailbox, page by page, while it is under way and for a day.',
        ...withKey,
        parameters: [mailbox, ...parametersOf(pageQuery)],
        responses: {
          200: json('What would be done.', 'DryRun'),
          ...problems({
            400: 'A parameter is wrong.',
            404: 'The mailbox is not enabled, or had no dry run.',
          }),
          ...usualProblems,
        },
      },
    },
  }) satisfies Record<string, { get: Operation; post: Operation }>
