import type { Core } from '../core.ts'

/** The counters of the simulator, as the control API shows them. */
export function stateOf(core: Core): object {
  const { store, faults, traffic, meetings, subscriptions, recorder, throttling, authenticator } = core
  return {
    mailboxes: store.mailboxes.map(({ address, name, folders }) => ({
      address,
      name,
      items: folders.get('calendar')?.items.size ?? 0,
      state: core.states.of(address) ?? null,
    })),
    calls: traffic.calls,
    totalCalls: traffic.total,
    mostInFlight: traffic.mostInFlight,
    mostInFlightByMailbox: traffic.mostInFlightByMailbox,
    mails: meetings.mails,
    subscriptions: subscriptions.count,
    notificationsSent: subscriptions.sent,
    faults: { active: faults.active, counts: faults.counts },
    throttling: { policy: throttling.policy, counts: throttling.counts },
    authentication: authenticator.policy,
    recorded: recorder.count,
  }
}

/** What the page shows on one screen: counts, but neither mails nor calendars. */
export function overviewOf(core: Core): object {
  const {
    mails,
    subscriptions: _count,
    ...state
  } = stateOf(core) as { mails: unknown[]; subscriptions: number }
  return { ...state, mails: mails.length, subscriptions: core.subscriptions.all }
}
