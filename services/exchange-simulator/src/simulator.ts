import type { AccountOptions } from './accounts.ts'
import { Core, type CoreOptions } from './core.ts'
import type { Faults } from './faults.ts'
import { createControlEndpoint } from './http/control-endpoint.ts'
import { createEwsEndpoint, ewsPath } from './http/ews-endpoint.ts'
import { Listener } from './http/listener.ts'
import type { Recorder } from './http/recorder.ts'
import type { Mail } from './meetings.ts'
import type { Subscriptions } from './notifications/subscriptions.ts'
import type { ChangedItem, EnteredItem, PlainItem } from './plain-item.ts'
import type { FolderName } from './store/item.ts'
import type { DeleteOptions } from './users.ts'

export type SimulatorOptions = CoreOptions & {
  /** Ports of the EWS endpoint and of the control API; 0, the default, takes any free one. */
  port?: number
  controlPort?: number
  host?: string
  /** Told of what should not have happened. */
  onUnexpected?: (error: unknown) => void
}

/** A running simulator, as tests hold it. */
export type Simulator = {
  /** Of the EWS endpoint. */
  readonly url: string
  readonly controlUrl: string
  readonly faults: Faults
  /** What Exchange would have mailed, in order. */
  readonly mails: readonly Mail[]
  /** Calls by operation. */
  readonly calls: Readonly<Record<string, number>>
  /** The most calls ever under way at once, by account. */
  readonly mostInFlight: Readonly<Record<string, number>>
  readonly recorded: Recorder
  readonly subscriptions: Subscriptions
  addAccount(account: AccountOptions): void
  addMailbox(address: string, name?: string): void
  /** Everything in the calendar folder, masters once, in the order of its start. */
  calendarOf(address: string): PlainItem[]
  userCreates(address: string, entered: EnteredItem): PlainItem
  userUpdates(address: string, itemId: string, changed: ChangedItem): PlainItem
  userDeletes(address: string, itemId: string, options?: DeleteOptions): void
  /** To another folder, or back. Returns the item under its new id. */
  userMoves(address: string, itemId: string, folder: FolderName): PlainItem
  /** A copy in the calendar, UID and named properties included, with other values here and there. */
  userCopies(address: string, itemId: string, changed: ChangedItem): PlainItem
  /** Back to the state of the start. */
  reset(): void
  close(): Promise<void>
}

/** Starts an Exchange server good enough for real EWS clients. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', onUnexpected = (error) => process.emitWarning(String(error)) } = options
  const closing = new AbortController()
  let gate = (): void => {}
  const core = new Core(options, () => gate())
  const parts = { ...partsOf(core), signal: closing.signal, onUnexpected }
  const ews = new Listener(createEwsEndpoint(parts), {
    host,
    port: options.port ?? 0,
    variable: 'SIMULATOR_PORT',
  })
  const control = new Listener(createControlEndpoint({ core, isReady: () => ews.isOpen, ...parts }), {
    host,
    port: options.controlPort ?? 0,
    variable: 'SIMULATOR_CONTROL_PORT',
  })
  try {
    await ews.open()
    await control.open()
  } catch (error) {
    await ews.close()
    core.close()
    throw error
  }
  gate = () => void (core.faults.refusesConnections ? ews.close() : ews.open()).catch(onUnexpected)
  const close = async (): Promise<void> => {
    gate = () => {}
    closing.abort()
    await Promise.all([ews.close(), control.close()])
    core.close()
  }
  const urlOf = (port: number): string => `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  return handleOf(core, `${urlOf(ews.port)}${ewsPath}`, urlOf(control.port), close)
}

function partsOf({ accounts, service, faults, traffic, recorder }: Core) {
  return { accounts, service, faults, traffic, recorder }
}

function handleOf(core: Core, url: string, controlUrl: string, close: () => Promise<void>): Simulator {
  const { users } = core
  return {
    url,
    controlUrl,
    faults: core.faults,
    mails: core.meetings.mails,
    recorded: core.recorder,
    subscriptions: core.subscriptions,
    get calls() {
      return core.traffic.calls
    },
    get mostInFlight() {
      return core.traffic.mostInFlight
    },
    addAccount: (account) => core.addAccount(account),
    addMailbox: (address, name) => core.addMailbox(address, name),
    calendarOf: (address) => users.calendarOf(address),
    userCreates: (address, entered) => users.creates(address, entered),
    userUpdates: (address, itemId, changed) => users.updates(address, itemId, changed),
    userDeletes: (address, itemId, options) => users.deletes(address, itemId, options),
    userMoves: (address, itemId, folder) => users.moves(address, itemId, folder),
    userCopies: (address, itemId, changed) => users.copies(address, itemId, changed),
    reset: () => core.reset(),
    close,
  }
}
