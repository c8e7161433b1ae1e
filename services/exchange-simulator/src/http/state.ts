import type { Core } from '../core.ts'

/** The counters of the simulator, as the control API shows them. */
export function stateOf({ store, faults, traffic, meetings, subscriptions, recorder }: Core): object {
  return {
    mailboxes: store.mailboxes.map(({ address, name, folders }) => ({
      address,
      name,
      items: folders.get('calendar')?.items.size ?? 0,
    })),
    calls: traffic.calls,
    totalCalls: traffic.total,
    mostInFlight: traffic.mostInFlight,
    mails: meetings.mails,
    subscriptions: subscriptions.count,
    notificationsSent: subscriptions.sent,
    faults: { active: faults.active, counts: faults.counts },
    recorded: recorder.count,
  }
}
