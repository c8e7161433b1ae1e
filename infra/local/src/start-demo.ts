import { ConfigError, shutdownSignal } from '@lockstep/runtime'
import { banner } from './banner.ts'
import { runDemo } from './demo.ts'
import { launcherGone } from './launcher-gone.ts'
import type { Service } from './services.ts'
import { StartError } from './start-error.ts'

/** Runs the demo in this process, until a signal or the end of what started it; says everything on stdout. */
export async function startDemo(services: readonly Service[], root: string): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  // The terminal may be gone before everything has stopped.
  process.stdout.on('error', () => {})
  const watching = new AbortController()
  try {
    await runDemo({
      root,
      env: process.env,
      services,
      stopRequested: Promise.race([shutdownSignal(), launcherGone(watching.signal)]),
      say,
      onReady: (variables, folder) => say(banner(variables, folder, performance.now())),
    })
  } catch (error) {
    if (!(error instanceof StartError || error instanceof ConfigError)) throw error
    say(error.message)
    process.exitCode = 1
  } finally {
    watching.abort()
  }
}
