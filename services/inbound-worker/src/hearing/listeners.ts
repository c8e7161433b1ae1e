import { randomUUID } from 'node:crypto'
import { GroupListener, type GroupListenerDeps } from './group-listener.ts'

export type Listeners = { close(): Promise<void> }

export type ListenersOptions = {
  /** How long a group stays ours without a sign of life: so soon others take over the groups of a killed process. */
  readonly leaseMs: number
  /** How often that sign is given, and looked for groups that are free. */
  readonly everyMs: number
}

type Owned = { listener: GroupListener; heldAtMs: number }

/**
 * Takes part in listening: each group of mailboxes has one owner among all processes that called this. One that is
 * free is taken by whoever comes first, one at a time, so that they spread.
 */
export function startListeners(deps: GroupListenerDeps, { leaseMs, everyMs }: ListenersOptions): Listeners {
  const { ledger, log } = deps
  const me = randomUUID()
  const owned = new Map<string, Owned>()
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let turning: Promise<void> = Promise.resolve()

  async function turn(): Promise<void> {
    const readAtMs = Date.now()
    const groups = await ledger.listeningGroups()
    let hasTaken = false
    for (const group of new Set([...owned.keys(), ...groups.keys()])) {
      const members = groups.get(group) ?? []
      const isOurs = owned.has(group)
      if (!isOurs && hasTaken) continue
      const heldAtMs = Date.now()
      const isHeld = await ledger.holdGroup(group, me, leaseMs)
      if (isHeld && !isOurs) {
        hasTaken = true
        log.info({ group, mailboxes: members.length }, 'listens to a group')
        owned.set(group, { listener: new GroupListener(group, deps), heldAtMs })
      }
      if (!isHeld) await release(group)
      const ours = owned.get(group)
      if (!ours) continue
      ours.heldAtMs = heldAtMs
      await ours.listener.update(members, readAtMs)
      if (members.length === 0) await release(group)
    }
  }

  async function release(group: string): Promise<void> {
    const ours = owned.get(group)
    if (!ours) return
    owned.delete(group)
    await ours.listener.stop()
    await ledger.releaseGroup(group, me).catch(() => {})
  }

  /** Without Redis nobody knows that a group is still ours. */
  async function giveUpLapsed(): Promise<void> {
    for (const [group, { heldAtMs }] of owned) if (Date.now() - heldAtMs > leaseMs) await release(group)
  }

  async function tick(): Promise<void> {
    await turn().catch((error: unknown) => {
      log.debug({ err: error }, 'groups could not be looked after')
    })
    await giveUpLapsed()
    if (!isClosed) timer = setTimeout(start, everyMs)
  }
  const start = () => void (turning = tick())
  start()

  return {
    async close() {
      isClosed = true
      clearTimeout(timer)
      await turning
      await Promise.all([...owned.keys()].map(release))
    },
  }
}
