import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { createLogger } from './logger.ts'
import { stopWithin } from './shutdown.ts'

test('closes in order', async () => {
  const { stop, closed } = setUp()
  await stop({ intake: () => closed('intake'), work: () => closed('work'), redis: () => closed('redis') })
  expect(closed.names).toEqual(['intake', 'work', 'redis'])
  expect(closed.gaveUp).toBe(false)
})

test('goes on after a step that fails, and says so', async () => {
  const { stop, closed, lines } = setUp()
  await stop({ intake: () => Promise.reject(new Error('stuck')), redis: () => closed('redis') })
  expect(closed.names).toEqual(['redis'])
  expect(lines[0]).toContain('"step":"intake"')
})

test('gives up what does not close within the limit, and names it', async () => {
  const { stop, closed, lines } = setUp()
  await stop({
    intake: () => closed('intake'),
    work: () => new Promise(() => {}),
    redis: () => closed('redis'),
  })
  expect([closed.names, closed.gaveUp]).toEqual([['intake'], true])
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ level: 'error', unfinished: ['work', 'redis'] })
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a process that gets %s stops and ends by itself',
  async (signal) => {
    const { child, output } = await aProcess('clearInterval(work)')
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(output()).toBe(`running\n${signal}\n`)
  },
)

test('the same request passed on twice is one request; a second one ends the process', async () => {
  const { child, saw } = await aProcess('')
  child.kill('SIGINT')
  child.kill('SIGINT')
  await saw('SIGINT')
  const insisting = setInterval(() => child.kill('SIGINT'), 100)
  onTestFinished(() => clearInterval(insisting))
  expect(await once(child, 'exit')).toEqual([130, null])
})

test('a process whose parent is gone stops', async () => {
  const { child, output } = await aProcess('clearInterval(work)')
  child.disconnect()
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(output()).toBe('running\ndisconnect\n')
})

test('a process whose parent went before it was listening stops', async () => {
  const { child, output } = await aProcess('clearInterval(work)', 'process.disconnect()')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(output()).toBe('running\ndisconnect\n')
})

test('a process that was started without a channel runs on', async () => {
  const { child, output } = await aProcess('clearInterval(work)', '', ['ignore', 'pipe', 'inherit'])
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(output()).toBe('running\nSIGTERM\n')
})

/** A process that works until it is asked to stop, and then runs `closing`. */
async function aProcess(
  closing: string,
  opening = '',
  stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'ipc'],
) {
  const module = JSON.stringify(new URL('shutdown.ts', import.meta.url).href)
  const program = `import { shutdownSignal } from ${module}
    ${opening}
    const work = setInterval(() => {}, 1000)
    const stopped = shutdownSignal()
    console.log('running')
    console.log(await stopped)
    ${closing}`
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  const saw = async (wanted: string) => {
    while (!text.includes(wanted)) await once(child.stdout!, 'data')
  }
  child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await saw('running')
  return { child, saw, output: () => text }
}

function setUp() {
  const lines: string[] = []
  const log = createLogger('tester', 'info', { write: (line) => void lines.push(line) })
  const closed = Object.assign((name: string) => void closed.names.push(name), {
    names: [] as string[],
    gaveUp: false,
  })
  const giveUp = () => void (closed.gaveUp = true)
  const stop = (steps: Record<string, () => unknown>) => stopWithin({ limitMs: 100, log, giveUp }, steps)
  return { stop, closed, lines }
}
