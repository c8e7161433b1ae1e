// What a topology was built of does not outlive the one who built it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { missingFor } from './support/missing.ts'

const missing = missingFor()
const script = new URL('./support/inside/be-killed.ts', import.meta.url).pathname

test.skipIf(missing)(
  `killed in the middle, it leaves no namespace and no process ${missing ?? ''}`,
  async () => {
    const prefix = `lkkill${process.pid}`
    const builder: ChildProcess = spawn(process.execPath, [script, prefix], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void builder.kill('SIGKILL'))
    await once(builder.stdout!, 'data')
    const pids = () =>
      execFileSync('ip', ['netns', 'pids', `${prefix}-machine`], { encoding: 'utf8' })
        .trim()
        .split('\n')
    await expect.poll(pids).toEqual([expect.stringMatching(/^\d+$/)])
    const [pid] = pids()
    builder.kill('SIGKILL')
    await expect.poll(() => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })).not.toContain(prefix)
    await expect.poll(() => stateOf(Number(pid))).toMatch(/^(gone|Z)$/)
  },
)

/** A process that has ended may stay in the list until its parent has taken note of it. */
function stateOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .slice(0, 1)
  } catch {
    return 'gone'
  }
}
