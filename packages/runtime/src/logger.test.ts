import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'

function aLog() {
  const lines: string[] = []
  const log = createLogger('tester', 'debug', { write: (line) => void lines.push(line) })
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> }
}

test('writes one line of JSON for each thing that happened, and no more than service, level and time with it', () => {
  const { log, lines, last } = aLog()
  log.info({ mailboxId: 'm1' }, 'mailbox is\nsettled')
  expect(lines).toHaveLength(1)
  expect(lines[0]!.trimEnd()).not.toContain('\n')
  expect(last()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    service: 'tester',
    mailboxId: 'm1',
    msg: 'mailbox is\nsettled',
  })
})

test('removes content and credentials, however deep they lie', () => {
  const { log, lines } = aLog()
  const told = { subject: 'S3CRET', body: { content: 'S3CRET' }, attendees: ['S3CRET'], kept: 1 }
  log.info(told)
  log.info({ appointment: told })
  log.info({ event: { data: { appointment: told } } })
  log.info({ events: [{ data: told }] })
  log.info({ req: { headers: { authorization: 'S3CRET', cookie: 'S3CRET', 'set-cookie': 'S3CRET' } } })
  log.info({ res: { Location: 'S3CRET', config: { auth: { password: 'S3CRET', token: 'S3CRET' } } } })
  log.child({ webhook: { secret: 'S3CRET' } }).info('child')
  log
    .child({})
    .child({ token: 'S3CRET' })
    .info({ reason: Object.assign(new Error(), { args: 'S3CRET' }) })
  expect(lines.join('')).not.toContain('S3CRET')
  expect(lines.join('').match(/"kept":1/g)).toHaveLength(4)
})

test('stands fields that refer to each other', () => {
  const { log, last } = aLog()
  const circle: Record<string, unknown> = { name: 'round' }
  circle['self'] = circle
  log.info({ circle, at: new Date(0), list: [1, null, 'two'] })
  expect(last()).toMatchObject({
    circle: { name: 'round' },
    at: '1970-01-01T00:00:00.000Z',
    list: [1, null, 'two'],
  })
})

test('does not change what it was given', () => {
  const { log } = aLog()
  const appointment = { subject: 'Site visit' }
  log.info({ appointment })
  expect(appointment).toEqual({ subject: 'Site visit' })
})

test('keeps what an error says and drops what hangs on it', () => {
  const { log, last } = aLog()
  const cause = Object.assign(new TypeError('inner'), { request: 'S3CRET' })
  log.warn(
    { err: Object.assign(new Error('outer', { cause }), { code: 'ECONN', command: ['S3CRET'] }) },
    'failed',
  )
  expect(last()['err']).toEqual({
    name: 'Error',
    message: 'outer',
    code: 'ECONN',
    stack: expect.stringContaining('logger.test.ts'),
    cause: { name: 'TypeError', message: 'inner', stack: expect.any(String) as string },
  })
})
