import type { Finding, Step } from '@lockstep/exchange/doctor'
import type { Ledger } from '@lockstep/ledger'

const directions = ['outbound', 'inbound'] as const

/** Whether a direction is switched off. Whoever did it may have forgotten it. */
export async function examineSwitches(ledger: Ledger): Promise<Step> {
  const found = await Promise.all(directions.map(async (direction) => saysOf(ledger, direction)))
  const says = found.filter((each) => each !== undefined)
  return { name: 'switches', ...(says.length > 0 ? warning(says.join('; ')) : allOn) }
}

const allOn: Finding = { outcome: 'ok', says: 'both directions are on' }

function warning(says: string): Finding {
  const mend =
    'If that is not wanted any more: `lockstep switch <direction> on`, with addresses for single mailboxes. Nothing was lost; what waited catches up.'
  return { outcome: 'warning', code: 'DIRECTION_OFF', says, mend }
}

async function saysOf(ledger: Ledger, direction: (typeof directions)[number]): Promise<string | undefined> {
  const { isForAll, mailboxes } = await ledger.switchedOff(direction)
  if (mailboxes === 0 && !isForAll) return undefined
  if (!isForAll) return `${direction} is off for ${mailboxes === 1 ? '1 mailbox' : `${mailboxes} mailboxes`}`
  const changes = await ledger.settingsChanges()
  const since = changes.find(({ changed }) =>
    changed.some(({ name, to }) => name === direction && to === 'off'),
  )
  const when = since ? ` since ${new Date(since.atMs).toISOString()}, by ${since.by}` : ''
  return `${direction} is off for everything${when}`
}
