import type { Constellation } from './constellation.ts'
import { labelOf } from './content.ts'
import type { Stage } from './stage.ts'

const linesTold = 60

/** All that is known of an appointment, for whoever has to find out what went wrong. */
export function storyOf(
  { simulator, application, linesOf }: Constellation,
  { book, ...stage }: Stage,
  label: number,
): string[] {
  const memory = book.find(label)
  if (!memory) return []
  const entries = stage.application.entries.filter((entry) => entry.label === label)
  const ids = entries.map(({ appointmentId }) => appointmentId)
  const items = simulator.calendarOf(memory.mailbox).filter(({ subject }) => labelOf(subject) === label)
  const { given: _given, mails, acts, ...rest } = memory
  const told = application.received.filter(({ data }) => ids.includes(data.appointmentId)).slice(-6)
  return [
    `L${label} ${JSON.stringify({ ...rest, mails: Object.fromEntries(mails) })}`,
    ...acts.map(({ atMs, ...act }) => `  act ${new Date(atMs).toISOString()} ${JSON.stringify(act)}`),
    ...items.map((item) => `  item ${JSON.stringify(item)}`),
    ...entries.map((entry) => `  entry ${JSON.stringify(entry)}`),
    ...told.map(({ type, data }) => `  told ${type} ${JSON.stringify(data)}`),
    ...(['outbound-worker', 'inbound-worker'] as const)
      .flatMap(linesOf)
      .filter((line) => ids.some((id) => line.includes(`"${id}"`)))
      .toSorted((left, right) => timeOf(left) - timeOf(right))
      .slice(-linesTold)
      .map((line) => `  log ${line}`),
    ...simulator.mails
      .filter(({ subject }) => labelOf(subject) === label)
      .map((mail) => `  mail ${stage.usersMails.has(mail) ? 'by its user' : ''} ${JSON.stringify(mail)}`),
  ]
}

function timeOf(line: string): number {
  return Date.parse(/"time":"([^"]+)"/.exec(line)?.[1] ?? '')
}
