import type { ConflictPolicy } from './merge.ts'

export type Switch = 'on' | 'off'
export type Direction = 'outbound' | 'inbound'

/** What somebody set while Lockstep runs, for the connection or for a mailbox. What is missing is not set there. */
export type Settings = {
  readonly outbound?: Switch
  readonly inbound?: Switch
  readonly conflictPolicy?: ConflictPolicy
  /** No mail to anybody. */
  readonly mute?: boolean
}

export type SettingName = keyof Settings

export const settingNames = ['outbound', 'inbound', 'conflictPolicy', 'mute'] as const satisfies SettingName[]

/** What was set where; the mailbox is the nearest. */
export type SettingLayers = { readonly connection: Settings; readonly mailbox?: Settings }

/** What counts where nothing is set. */
export type SettingDefaults = Required<Pick<Settings, 'conflictPolicy' | 'mute'>>

type From = 'default' | 'environment' | 'connection' | 'mailbox'

/** What counts, and where that comes from. */
export type SettingsInForce = {
  readonly [Name in SettingName]-?: { readonly value: NonNullable<Settings[Name]>; readonly from: From }
}

/** What counts for a mailbox, or for the connection where no mailbox has a word of its own. */
export function settingsInForce(layers: SettingLayers, defaults: SettingDefaults): SettingsInForce {
  return {
    outbound: directionInForce('outbound', layers),
    inbound: directionInForce('inbound', layers),
    conflictPolicy: nearest(layers, ({ conflictPolicy }) => conflictPolicy, defaults.conflictPolicy),
    mute: nearest(layers, ({ mute }) => mute, defaults.mute),
  }
}

/** A direction that is off for the connection is off for every mailbox, whatever the mailbox says. */
export function directionInForce(
  direction: Direction,
  { connection, mailbox }: SettingLayers,
): SettingsInForce[Direction] {
  if (connection[direction] === 'off') return { value: 'off', from: 'connection' }
  if (mailbox?.[direction] !== undefined) return { value: mailbox[direction], from: 'mailbox' }
  return connection[direction] ? { value: 'on', from: 'connection' } : { value: 'on', from: 'default' }
}

function nearest<Value>(
  { connection, mailbox }: SettingLayers,
  read: (settings: Settings) => Value | undefined,
  otherwise: Value,
): { value: Value; from: From } {
  const ofMailbox = mailbox && read(mailbox)
  if (ofMailbox !== undefined) return { value: ofMailbox, from: 'mailbox' }
  const ofConnection = read(connection)
  if (ofConnection !== undefined) return { value: ofConnection, from: 'connection' }
  return { value: otherwise, from: 'environment' }
}
