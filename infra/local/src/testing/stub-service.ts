// Stands for a service in the launcher's tests: ready at once, stops when asked. MANNER_<name> changes that.
import { appendFileSync } from 'node:fs'
import {
  ConfigError,
  createRegistry,
  exitOnConfigError,
  shutdownSignal,
  startProbes,
} from '@lockstep/runtime'
import { services } from '../services.ts'

exitOnConfigError()
// Each service is given the port variable of its own probe and nobody else's.
const { name, probe } = services.find((service) => process.env[service.probe])!
const manner = process.env[`MANNER_${name}`]
const note = (what: string) =>
  appendFileSync(process.env['STUB_JOURNAL']!, `${process.pid} ${name} ${what}\n`)

note('started')
if (manner === 'misconfigured') throw new ConfigError('The environment is not usable:\n  EWS_URL: is not set')

const stopped = shutdownSignal()
const port = Number(process.env[probe])
const probes = await startProbes({ port, variable: probe, name, checks: {}, registry: createRegistry(name) })
process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'a line for the file' })}\n`)
process.stdout.write(`${JSON.stringify({ level: 'warn', msg: 'a line for people', mailboxId: 'm1' })}\n`)

await stopped
if (manner === 'stubborn') await new Promise((resolve) => setTimeout(resolve, 60_000))
await probes.close()
note('stopped')
