import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Waits for the end of whoever started it, then ends what is left of its machines. */
const script = `
cat >/dev/null
ip netns list | cut -d' ' -f1 | grep "^$1-" | while read -r namespace; do
  ip netns pids "$namespace" | xargs -r kill -9
  ip netns del "$namespace"
  rm -rf "/etc/netns/$namespace"
done`

export type Reaper = { readonly done: () => Promise<void> }

/**
 * Sees to it that no namespace whose name begins so, and no process in it, outlives this process: also when it is
 * killed, so that nothing of its own runs any more.
 */
export async function startReaper(prefix: string): Promise<Reaper> {
  const child = spawn('sh', ['-c', script, 'sh', prefix], {
    // Whoever interrupts everything in the terminal does not interrupt this.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const exited = once(child, 'exit')
  await once(child, 'spawn')
  return {
    async done() {
      child.stdin.end()
      await exited
    },
  }
}
