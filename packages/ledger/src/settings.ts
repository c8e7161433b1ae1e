import {
  type Direction,
  directionInForce,
  type SettingLayers,
  type SettingName,
  settingNames,
  type Settings,
} from '@lockstep/domain'
import type { Mailbox } from './ledger.ts'
import type { Work } from './work.ts'
import type { Store } from './store.ts'

/** What to set; `null` to leave it to the next layer, what is missing to leave it as it is. */
export type SettingsPatch = { readonly [Name in SettingName]?: Settings[Name] | null | undefined }

export type SettingsChange = {
  readonly atMs: number
  readonly by: string
  /** Before and after; missing where it was not set. */
  readonly changed: readonly { readonly name: SettingName; readonly from?: string; readonly to?: string }[]
}

export type SettingsLedger = {
  /** What is set for the connection, and for the mailbox if one is named. */
  settingsOf(mailboxId?: string): Promise<SettingLayers>
  /**
   * Changes settings of the mailbox, or of the connection if none is named. Says whether anything was changed. What
   * waits for a direction that is on again is not woken by this.
   */
  changeSettings(
    mailboxId: string | undefined,
    patch: SettingsPatch,
    change: { readonly by: string; readonly nowMs: number },
  ): Promise<boolean>
  /** Who changed what, the newest first. Some 100 changes are kept. */
  settingsChanges(mailboxId?: string): Promise<SettingsChange[]>
  /** Of how many mailboxes the direction is off: of all, if it is for the connection. */
  switchedOff(direction: Direction): Promise<{ isForAll: boolean; mailboxes: number }>
}

const KEPT = 100
const AT_A_TIME = 250

export function createSettings({ keys, run, send }: Store, all: () => Promise<Mailbox[]>): SettingsLedger {
  const read = async (mailboxId?: string) =>
    settingsIn(await send((redis) => redis.hgetall(keys.settings(mailboxId))))

  return {
    settingsOf: async (mailboxId) => {
      if (mailboxId === undefined) return { connection: await read() }
      const [connection, mailbox] = await Promise.all([read(), read(mailboxId)])
      return { connection, mailbox }
    },
    changeSettings: async (mailboxId, patch, { by, nowMs }) => {
      const values = settingNames.flatMap((name) => {
        const value = patch[name]
        return value === undefined ? [] : [name, value === null ? '' : String(value)]
      })
      const scriptKeys = [keys.settings(mailboxId), keys.settingsChanges(mailboxId)]
      return Number(await run('change-settings', scriptKeys, [nowMs, by, KEPT, ...values])) > 0
    },
    settingsChanges: async (mailboxId) => {
      const stored = await send((redis) => redis.lrange(keys.settingsChanges(mailboxId), 0, -1))
      return stored.map(changeIn)
    },
    switchedOff: async (direction) => {
      const mailboxes = await all()
      const isOff = async (mailboxId?: string) =>
        (await send((redis) => redis.hget(keys.settings(mailboxId), direction))) === 'off'
      if (await isOff()) return { isForAll: true, mailboxes: mailboxes.length }
      let off = 0
      for (let from = 0; from < mailboxes.length; from += AT_A_TIME) {
        const some = mailboxes.slice(from, from + AT_A_TIME)
        off += (await Promise.all(some.map(({ id }) => isOff(id)))).filter(Boolean).length
      }
      return { isForAll: false, mailboxes: off }
    },
  }
}

function settingsIn({ mute, ...others }: Record<string, string>): Settings {
  return { ...(others as Omit<Settings, 'mute'>), ...(mute !== undefined && { mute: mute === 'true' }) }
}

function changeIn(stored: string): SettingsChange {
  const [at, by, ...parts] = JSON.parse(stored) as string[]
  const changed = Array.from({ length: parts.length / 3 }, (_, n) => {
    const [name, from, to] = parts.slice(3 * n, 3 * n + 3)
    return { name: name as SettingName, ...(from && { from }), ...(to && { to }) }
  })
  return { atMs: Number(at), by: by!, changed }
}

/** The same settings with both directions on, for a dry run. */
export function switchedOn({ connection, mailbox }: SettingLayers): SettingLayers {
  const on = { outbound: 'on', inbound: 'on' } as const
  return { connection: { ...connection, ...on }, ...(mailbox && { mailbox: { ...mailbox, ...on } }) }
}

type Needed = Pick<SettingsLedger, 'settingsOf'> & {
  lease(work: Work, mailboxId: string, untilMs: number): Promise<void>
}

/** Switching on wakes; should that be lost, what is off is looked at again after this time. */
const LOOK_AGAIN_MS = 300_000

/**
 * What is set for a mailbox, while the direction of the work is on. While it is off there is no answer, the mailbox is
 * to be left alone, and what is due in it stays due until it is switched on.
 */
export async function settingsWhileOn(
  ledger: Needed,
  work: Work,
  mailboxId: string,
  nowMs: number,
): Promise<SettingLayers | undefined> {
  const direction = work === 'outbound' ? 'outbound' : 'inbound'
  const isOn = (layers: SettingLayers) => directionInForce(direction, layers).value === 'on'
  const layers = await ledger.settingsOf(mailboxId)
  if (isOn(layers)) return layers

  await ledger.lease(work, mailboxId, nowMs + LOOK_AGAIN_MS)
  // Who switched it on meanwhile may have woken it before this put it to rest.
  const again = await ledger.settingsOf(mailboxId)
  return isOn(again) ? again : undefined
}
