import { readFileSync } from 'node:fs'
import { freePort } from '@lockstep/local'
import { parse } from 'yaml'

export const root = new URL('../..', import.meta.url).pathname

export type ComposeService = {
  image: string
  build?: { context: string; dockerfile: string }
  command: string[]
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  profiles?: string[]
  container_name?: string
  stop_grace_period?: string
  healthcheck?: { test: string[] }
}

/** The services of docker-compose.yml, with the variables that nobody set at their defaults. */
export function composeServices(): Record<string, ComposeService> {
  const text = readFileSync(`${root}docker-compose.yml`, 'utf8')
  const atDefaults = text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
  // The schema without types but text: an engine hands a number to a process as it stands there.
  const options = { merge: true, schema: 'failsafe' } as const
  return (parse(atDefaults, options) as { services: Record<string, ComposeService> }).services
}

/** What stands for a container: the same command, environment and health check, at addresses of this machine. */
export type PlainService = { env: Record<string, string>; health: string[]; ports: Record<string, number> }

/**
 * Gives every port of every service a free one of this machine, and names it wherever the compose file names a service
 * or, in a health check, the container itself.
 */
export async function onThisMachine(
  services: Record<string, ComposeService>,
): Promise<Record<string, PlainService>> {
  const ports: Record<string, Record<string, number>> = {}
  for (const [name, service] of Object.entries(services)) {
    const own = portsOf(service).map(async (port) => [port, await freePort()] as const)
    ports[name] = Object.fromEntries(await Promise.all(own))
  }
  const hosts = new RegExp(`//(${Object.keys(services).join('|')}):(\\d+)`, 'g')
  const local = (text: string) =>
    text.replaceAll(hosts, (_all, host: string, port: string) => `//127.0.0.1:${ports[host]![port]}`)

  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const own = (port: string) => String(ports[name]![port])
      const env = Object.entries(service.environment ?? {}).map(
        ([variable, value]) => [variable, isPort(variable) ? own(value) : local(value)] as const,
      )
      const health = (service.healthcheck?.test ?? []).map((word) =>
        word.replaceAll(/127\.0\.0\.1:(\d+)/g, (_all, port: string) => `127.0.0.1:${own(port)}`),
      )
      return [name, { env: Object.fromEntries(env), health, ports: ports[name]! }]
    }),
  )
}

/** The ports that a service listens on: those of its variables; Redis has its own. */
function portsOf({ environment = {}, command }: ComposeService): string[] {
  if (command[0] === 'redis-server') return ['6379']
  return Object.entries(environment).flatMap(([variable, value]) => (isPort(variable) ? [value] : []))
}

function isPort(variable: string): boolean {
  return variable.endsWith('_PORT')
}
