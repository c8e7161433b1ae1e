// What containers would run, runs here as plain processes: every command of the compose file, with its environment and
// its health check. Not run: the build of the image, networks, volumes, restarts, --scale. They need an engine.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findRedisProgram } from '@lockstep/local'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { composeServices, onThisMachine, root } from '../support/compose.ts'
import { appointment, event } from '../support/events.ts'
import { alice } from '../support/system.ts'

const run = promisify(execFile)
const hasEngine = spawnSync('docker', ['compose', 'version']).status === 0
const services = composeServices()
const all = Object.entries(services)
const own = all.filter(([name]) => name !== 'redis')

describe('docker-compose.yml', () => {
  test('starts Lockstep alone unless the demo is asked for', () => {
    const demo = all.filter(([, { profiles }]) => profiles?.includes('demo')).map(([name]) => name)
    const always = all.filter(([, { profiles }]) => !profiles).map(([name]) => name)
    expect(demo.toSorted()).toEqual(['exchange-simulator', 'sample-application'])
    expect(always.toSorted()).toEqual(['inbound-worker', 'ingress', 'outbound-worker', 'redis'])
  })

  test.each(['outbound-worker', 'inbound-worker'])('%s can be scaled', (name) => {
    expect(services[name]).not.toHaveProperty('container_name')
    expect(services[name]).not.toHaveProperty('ports')
  })

  test.each(own)(
    '%s runs from the one image, an entry file that exists, and says how it is',
    (_name, service) => {
      expect(service.build).toEqual({ context: '.', dockerfile: 'infra/Dockerfile' })
      expect(service.command[0]).toBe('node')
      expect(existsSync(join(root, service.command[1]!))).toBe(true)
      expect(service.healthcheck?.test[0]).toBe('CMD')
    },
  )

  test('every process runs, says that it is well, does its work, and ends when it is told to', async () => {
    const { stopAll, urlOf } = await startAll()
    const api = `${urlOf('ingress', '8080')}/v1`
    const headers = { authorization: 'Bearer demo', 'content-type': 'application/cloudevents+json' }
    const body = JSON.stringify(event({ id: 'A', version: 1 }, appointment()))
    expect(await fetch(`${api}/events`, { method: 'POST', headers, body })).toMatchObject({ status: 202 })
    await eventually(async () => {
      const state = await fetch(`${api}/appointments/${alice}/A`, { headers })
      expect(await state.json()).toMatchObject({ state: 'settled', writtenVersion: 1 })
    })

    const calendar = `${urlOf('exchange-simulator', '8091')}/control/calendars/${alice}`
    const item = JSON.stringify(appointment({ subject: 'From Exchange' }))
    await fetch(calendar, { method: 'POST', headers: { 'content-type': 'application/json' }, body: item })
    await eventually(async () => {
      const held = await fetch(`${urlOf('sample-application', '8081')}/api/appointments?mailbox=${alice}`)
      expect(await held.text()).toContain('From Exchange')
    })

    expect(await stopAll()).toEqual(Object.fromEntries(own.map(([name]) => [name, 0])))
  })

  test('its Redis stores every write before it answers, and refuses rather than forgets', async () => {
    const cli = await startRedis(await onThisMachine({ redis: services['redis']! }))
    const config = await cli('config', 'get', 'appendonly', 'appendfsync', 'maxmemory-policy', 'hz')
    expect(config.split(/\s+/)).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'always', 'noeviction', '100']),
    )
  })

  test.skipIf(!hasEngine)('is understood by an engine, where there is one', async () => {
    const checked = run('docker', ['compose', '--profile', 'demo', 'config', '--quiet'], { cwd: root })
    await expect(checked).resolves.toMatchObject({ stderr: '' })
  })
})

type Plain = Awaited<ReturnType<typeof onThisMachine>>

/** All of the compose file, the demo too, each once its health check passes. */
async function startAll() {
  const plain = await onThisMachine(services)
  await startRedis(plain)
  const started = own.map(([name, { command }]) => [name, startNode(command, plain[name]!.env)] as const)
  await Promise.all(own.map(async ([name]) => healthy(name, plain)))
  return {
    urlOf: (name: string, port: string) => `http://127.0.0.1:${plain[name]!.ports[port]}`,
    stopAll: async () => {
      const ended = started.map(async ([name, child]) => {
        child.kill('SIGTERM')
        const [code] = (await once(child, 'exit')) as [number | null]
        return [name, code] as const
      })
      return Object.fromEntries(await Promise.all(ended))
    },
  }
}

function startNode([, ...words]: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { ...env, LOG_LEVEL: 'error', TZ: 'UTC', NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Runs the health check as an engine would, again and again until it passes. */
async function healthy(name: string, plain: Plain): Promise<void> {
  const [, , ...words] = plain[name]!.health
  await eventually(async () => run(process.execPath, words))
}

/** The compose file's Redis: its command, with the configuration file that is mounted into the container. */
async function startRedis(plain: Plain) {
  const { command, volumes = [] } = services['redis']!
  const [source, target] = volumes.find((volume) => volume.includes('.conf'))!.split(':')
  const port = String(plain['redis']!.ports['6379'])
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-compose-'))
  const program = await findRedisProgram()
  const options = { cwd: root, env: { ...process.env, ...program.env } }

  const words = command.slice(1).map((word) => (word === target ? source! : word))
  const here = ['--port', port, '--bind', '127.0.0.1', '--dir', dir]
  const redis = spawn(program.command, [...words, ...here], { ...options, stdio: 'ignore' })
  const ended = once(redis, 'exit')
  onTestFinished(async () => {
    redis.kill('SIGKILL')
    await ended
    await rm(dir, { recursive: true })
  })
  const client = join(dirname(program.command), command[0]!.replace('server', 'cli'))
  const cli = async (...query: string[]) => (await run(client, ['-p', port, ...query], options)).stdout
  await eventually(async () => expect(await cli(...plain['redis']!.health.slice(2))).toContain('PONG'))
  return cli
}
