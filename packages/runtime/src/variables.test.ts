import { expect, test } from 'vitest'
import { z } from 'zod'
import { commonVariables } from './config.ts'
import { describeVariables, flag, list, port, seconds, secret } from './variables.ts'

test('describes the variables of a schema, also behind a transform', () => {
  const schema = z
    .object({
      HTTP_PORT: port.default(8080).describe('Where it listens.'),
      REST_SECONDS: seconds.default(30_000).describe('How long an open circuit rests.'),
      MAILBOXES: list.default(['a', 'b']).describe('To start with.'),
      QUIET: flag.default(false),
      API_KEY: secret().describe('Who may call.'),
      OLD_API_KEY: secret().optional().describe('Who may call for a while.'),
    })
    .transform((env) => ({ http: env.HTTP_PORT }))

  expect(describeVariables(schema)).toEqual([
    { name: 'HTTP_PORT', default: '8080', required: false, description: 'Where it listens.', secret: false },
    {
      name: 'REST_SECONDS',
      default: '30',
      required: false,
      description: 'How long an open circuit rests. In seconds.',
      secret: false,
    },
    { name: 'MAILBOXES', default: 'a,b', required: false, description: 'To start with.', secret: false },
    {
      name: 'QUIET',
      default: 'false',
      required: false,
      description: '',
      secret: false,
      values: ['true', 'false'],
    },
    { name: 'API_KEY', required: true, description: 'Who may call.', secret: true },
    { name: 'OLD_API_KEY', required: false, description: 'Who may call for a while.', secret: true },
  ])
})

test('every common variable says what it is for', () => {
  const rows = describeVariables(z.object(commonVariables))
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(commonVariables))
  expect(rows.filter(({ description }) => description === '')).toEqual([])
})

test('reads lists and flags', () => {
  expect(list.parse(' a@b.example, ,c@d.example,')).toEqual(['a@b.example', 'c@d.example'])
  expect([flag.parse('true'), flag.parse('false')]).toEqual([true, false])
  expect(flag.safeParse('yes').success).toBe(false)
})
