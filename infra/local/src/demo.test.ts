import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { listen } from '@lockstep/runtime'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ProcessIdentity } from './process-identity.ts'
import { running } from './testing/running.ts'
import { stubRun } from './testing/stub-run.ts'

const names = ['exchange-simulator', 'outbound-worker', 'inbound-worker', 'ingress', 'sample-application']

describe('the demo', () => {
  test('starts Exchange first, stops in the order of the data, and leaves nothing behind', async () => {
    const { start, journal, folder, ports } = await stubRun()
    const { saw, signal, exited, output } = start()
    await saw('Lockstep is running')
    expect(output()).toContain(`http://127.0.0.1:${ports['SAMPLE_APPLICATION_PORT']}`)
    const redis = redisPid(folder)
    signal('SIGINT')
    expect(await exited).toEqual([0, null])

    const lines = journal().map(({ line }) => line)
    expect(lines[0]).toBe('exchange-simulator started')
    expect(lines.slice(0, 5).sort()).toEqual(names.map((name) => `${name} started`).sort())
    expect(lines.slice(5, 7)).toEqual(['sample-application stopped', 'ingress stopped'])
    expect(lines.slice(7, 9).sort()).toEqual(['inbound-worker stopped', 'outbound-worker stopped'])
    expect(lines.slice(9)).toEqual(['exchange-simulator stopped'])
    expect(await running([...journal().map(({ pid }) => pid), redis])).toEqual([])
  })

  test('shows what people must see and keeps the rest in files', async () => {
    const { start, folder } = await stubRun()
    const { saw, output } = start()
    await saw('ingress: warn a line for people mailboxId="m1"')
    expect(output()).not.toContain('a line for the file')
    expect(readFileSync(join(folder, 'logs', 'ingress.log'), 'utf8')).toContain('a line for the file')
  })

  test('starts nothing while a port is in use, and says which variable sets it', async () => {
    const { start, journal, ports } = await stubRun()
    const port = Number(ports['INGRESS_PORT'])
    const other = await listen(createServer(), { port, variable: 'OTHER' })
    onTestFinished(() => other.close())
    const { exited, output } = start()
    expect(await exited).toEqual([1, null])
    expect(output()).toBe(
      `Port ${port} is in use. Set INGRESS_PORT to another one, or stop the program that uses it.\n`,
    )
    expect(journal()).toEqual([])
  })

  test('starts a service again that ended unexpectedly', async () => {
    const { start, journal } = await stubRun()
    const { saw } = start()
    await saw('Lockstep is running')
    const { pid } = journal().find(({ line }) => line === 'ingress started')!
    process.kill(pid, 'SIGKILL')
    await saw('ingress ended (by SIGKILL); starting it again')
    await eventually(() => expect(journal().filter(({ line }) => line === 'ingress started')).toHaveLength(2))
  })

  test('starts Redis again at the same address', async () => {
    const { start, folder } = await stubRun()
    const { saw } = start()
    await saw('Lockstep is running')
    const before = redisPid(folder)
    process.kill(before, 'SIGKILL')
    await eventually(() => expect(redisPid(folder)).not.toBe(before))
  })

  test('ends with the message of a service that cannot be configured', async () => {
    const { start, journal } = await stubRun({ 'MANNER_outbound-worker': 'misconfigured' })
    const { exited, output } = start()
    expect(await exited).toEqual([1, null])
    expect(output()).toContain(
      'outbound-worker cannot start.\nThe environment is not usable:\n  EWS_URL: is not set',
    )
    expect(journal().filter(({ line }) => line === 'outbound-worker started')).toHaveLength(1)
    expect(await running(journal().map(({ pid }) => pid))).toEqual([])
  })

  test('kills what does not stop in time', async () => {
    const { start, journal } = await stubRun({ MANNER_ingress: 'stubborn' })
    const { saw, signal, exited, output } = start()
    await saw('Lockstep is running')
    signal('SIGTERM')
    expect(await exited).toEqual([0, null])
    expect(output()).toContain('ingress did not stop in time and was killed')
    expect(await running(journal().map(({ pid }) => pid))).toEqual([])
  })
})

describe('a launcher that is killed', () => {
  test('leaves nothing that lasts, and nothing that keeps the next one from starting', async () => {
    const { start, journal, folder } = await stubRun()
    const first = start()
    await first.saw('Lockstep is running')
    const pids = [...journal().map(({ pid }) => pid), redisPid(folder)]
    await first.crash()
    const second = start()
    await second.saw('Lockstep is running')
    await eventually(async () => expect(await running(pids)).toEqual([]))
  })

  test('a second launcher on the same folder is refused while the first lives', async () => {
    const { start } = await stubRun()
    const first = start()
    await first.saw('Lockstep is running')
    const second = start()
    expect(await second.exited).toEqual([1, null])
    expect(second.output()).toMatch(/is in use by process \d+\. Stop that first\./)
  })
})

function redisPid(folder: string): number {
  const claim = JSON.parse(readFileSync(join(folder, 'redis', 'claim.json'), 'utf8')) as {
    processes: ProcessIdentity[]
  }
  return claim.processes[0]!.pid
}
