import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createChildOutput } from './child-output.ts'
import { type Crew, createCrew } from './crew.ts'
import { type DemoVariables, demoVariables, environmentFor } from './demo-environment.ts'
import { claimFolder, type HeldFolder } from './folder-claim.ts'
import { keysIn } from './keys.ts'
import { requireFree } from './ports.ts'
import { untilReady } from './ready.ts'
import { superviseRedis } from './redis-member.ts'
import type { Service } from './services.ts'
import { readSettings } from './settings.ts'
import { startChild } from './start-child.ts'
import { supervise } from './supervise.ts'

export type Demo = {
  /** The repository. */
  root: string
  env: NodeJS.ProcessEnv
  services: readonly Service[]
  /** Resolves, with the reason, when the demo is to stop. */
  stopRequested: Promise<string>
  say: (line: string) => void
  /** Called once everything is ready. */
  onReady: (variables: DemoVariables, folder: string) => void
}

/** Services get this long to finish what is in hand; Redis comes after them. */
const SERVICES_LIMIT_MS = 6_500

/**
 * Runs Redis and all services until it is asked to stop, and leaves no process behind, however it ends.
 * Nothing is started unless every port is free.
 */
export async function runDemo(demo: Demo): Promise<void> {
  const { env, root, say, stopRequested } = demo
  const settings = readSettings(env, root)
  await mkdir(join(settings.folder, 'logs'), { recursive: true })
  const claim = await claimFolder(settings.folder, say)
  await requireFree(settings.ports)
  const keys = await keysIn(settings.folder)

  const crew = createCrew(say)
  const startAll = async () => {
    const redisUrl = settings.redisUrl ?? (await superviseRedis(crew, join(settings.folder, 'redis'), say))
    const variables = demoVariables({ ...settings, redisUrl, keys })
    await startServices(demo, { crew, claim, variables, folder: settings.folder })
    demo.onReady(variables, settings.folder)
  }
  const over = Promise.race([stopRequested, crew.failed])
  try {
    await Promise.race([startAll(), over])
    say(`Stopping: ${await over}`)
  } finally {
    await crew.stop(SERVICES_LIMIT_MS)
    await claim.release()
  }
}

type Ground = { crew: Crew; claim: HeldFolder; variables: DemoVariables; folder: string }

/** The first stage must be ready before the others start; these start together. */
async function startServices({ root, env, services, say }: Demo, ground: Ground): Promise<void> {
  const { crew, claim, variables, folder } = ground

  const startService = async (service: Service) => {
    crew.stopping.throwIfAborted()
    const { name, entry } = service
    const output = createChildOutput(name, join(folder, 'logs', `${name}.log`), say)
    const start = async () => {
      const ownEnv = environmentFor(service.variables, variables, env)
      const child = await startChild({ root, entry, env: ownEnv, output })
      await claim.add(child.pid)
      return child
    }
    const member = supervise({ name, start, lastLines: output.lastLines, say })
    crew.add(member, service.stage)
    await untilReady(name, `http://127.0.0.1:${variables[service.probe]}/readyz`, crew.stopping)
  }

  const isFirst = ({ stage }: Service) => stage === 1
  await Promise.all(services.filter(isFirst).map(startService))
  await Promise.all(services.filter((service) => !isFirst(service)).map(startService))
}
