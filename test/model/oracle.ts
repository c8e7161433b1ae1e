import type { Mail, PlainItem } from '@lockstep/exchange-simulator'
import type { ReceivedChange } from '../support/application.ts'
import type { Entry } from './application.ts'
import type { Act, Memory } from './book.ts'
import { type Content, type Field, fields, type Values, valuesOf } from './content.ts'
import type { Evidence } from './evidence.ts'
import { isOrganizers, allowedMails } from './mail-allowance.ts'

/** What is wrong, of which appointment. */
export type Violation = { readonly kind: ViolationKind; readonly label: number; readonly detail: string }
export type ViolationKind =
  | 'difference'
  | 'duplicate'
  | 'identity'
  | 'lost'
  | 'notRemoved'
  | 'leak'
  | 'invented'
  | 'overruled'
  | 'mail'
  | 'echo'
  | 'restless'
  | 'unbraked'

/** Both sides' view of one appointment. */
export type View = {
  readonly item?: PlainItem
  readonly entry?: Entry
  /** What everybody may see of it there. */
  readonly atExchange?: Values
  readonly atApplication?: Values
}

/** Judges the two calendars, the mails and the deliveries by what users did. */
export function judge(memories: readonly Memory[], evidence: Evidence): Violation[] {
  return memories.flatMap((memory) => judgeOne(memory, evidence))
}

function judgeOne(memory: Memory, evidence: Evidence): Violation[] {
  const { label } = memory
  const items = evidence.items(memory)
  const entries = evidence.entries(label)
  const deliveries = entries.flatMap(({ appointmentId }) => evidence.deliveries(appointmentId))
  const view = viewOf(items[0], entries[0])
  const found = [
    ...(items.length > 1 ? [['duplicate', `${items.length} items at Exchange`] as const] : []),
    ...(entries.length > 1
      ? [['identity', entries.map(({ appointmentId }) => appointmentId).join(', ')] as const]
      : []),
    ...presence(memory, view),
    ...values(memory, view, evidence.isLossy),
    ...secrets(memory, deliveries),
    ...echoes(memory, view, deliveries),
    ...mails(memory, view, evidence),
  ]
  return found.map(([kind, detail]) => ({ kind, label, detail }))
}

function viewAt(memory: Memory, evidence: Evidence): View {
  return viewOf(evidence.items(memory)[0], evidence.entries(memory.label)[0])
}

type Finding = readonly [kind: ViolationKind, detail: string]

export function viewOf(item: PlainItem | undefined, entry: Entry | undefined): View {
  const isShown = item && !isRefusedItem(item)
  const isTold = entry?.isHeld && !isRefused(entry)
  return {
    ...(item && { item }),
    ...(entry && { entry }),
    ...(isShown && { atExchange: valuesOf(contentOf(item)) }),
    ...(isTold && { atApplication: valuesOf(entry.content) }),
  }
}

export function isRefused({ content, isRecurring }: Pick<Entry, 'content' | 'isRecurring'>): boolean {
  return isRecurring || content.sensitivity === 'private' || content.sensitivity === 'confidential'
}

function isRefusedItem({ sensitivity, recurrence }: PlainItem): boolean {
  return recurrence !== null || sensitivity === 'private' || sensitivity === 'confidential'
}

export function contentOf(item: PlainItem): Content {
  const attendees = item.attendees.map(({ address, type }) => ({ address, type }))
  return { ...item, attendees, showAs: item.showAs === 'noData' ? 'busy' : item.showAs }
}

/** It is there on both sides or on neither; what one side alone said of that holds. */
function presence(memory: Memory, { item, entry, atExchange, atApplication }: View): Finding[] {
  const { acts, isInsisted } = memory
  const isHiddenThere = item !== undefined && !atExchange
  const actedAt = (side: Act['side']) => acts.some((act) => act.side === side)
  if (atApplication && isHiddenThere) {
    return isInsisted || actedAt('application')
      ? []
      : [['leak', 'hidden at Exchange, held by the application']]
  }
  if (atExchange && !atApplication) {
    const isRefusedHere = entry?.isHeld === true
    return [[isRefusedHere || entry ? 'notRemoved' : 'lost', 'at Exchange, not in the application']]
  }
  if (atApplication && !atExchange) return [['lost', 'in the application, not at Exchange']]

  const words = acts.filter((act) => act.what !== 'edited')
  if (words.length === 0) return memory.agreed && !atExchange ? [['lost', 'nobody took it away']] : []
  const [first] = words
  if (!memory.isClear || acts.some((act) => act.side !== first!.side)) return []
  const isThere = atExchange !== undefined
  const shouldBe = words.at(-1)!.what !== 'takenAway'
  return isThere === shouldBe
    ? []
    : [[shouldBe ? 'lost' : 'notRemoved', `the last word: ${words.at(-1)!.what}`]]
}

function values(memory: Memory, { atExchange, atApplication }: View, isLossy: boolean): Finding[] {
  if (!atExchange || !atApplication) return []
  return fields.flatMap((field): Finding[] => {
    const [there, here] = [atExchange[field], atApplication[field]]
    if (there !== here) return [['difference', `${field}: ${there} at Exchange, ${here} in the application`]]
    if (!memory.given[field].has(there)) return [['invented', `${field}: ${there}`]]
    const allowed = allowedValues(memory, field, isLossy)
    return allowed && !allowed.includes(there)
      ? [['overruled', `${field}: ${there}, not ${allowed.join(' or ')}`]]
      : []
  })
}

/** What the field may say; `undefined` if that is not to be told, since it was taken away and shown again meanwhile. */
function allowedValues(memory: Memory, field: Field, isLossy: boolean): string[] | undefined {
  const { acts, agreed, bornAt } = memory
  const created = acts.find((act) => act.what === 'created')
  const before = agreed ?? (created?.what === 'created' ? created.values : undefined)
  if (!before || acts.some(({ what }) => what === 'shown' || what === 'takenAway')) return undefined

  const edits = acts.filter((act) => act.what === 'edited' && act.field === field) as {
    side: Act['side']
    value: string
  }[]
  if (edits.length === 0) return [before[field]]
  // Nothing tells a user's edit from Exchange's rewriting of a body, nor, on an item without our stamp, from a write of
  // ours whose answer was lost.
  if (isLossy && (field === 'body' || bornAt === 'exchange')) return edits.map(({ value }) => value)
  const last = (side: Act['side']) => edits.findLast((edit) => edit.side === side)?.value
  return [last('exchange'), last('application')].filter((value) => value !== undefined)
}

/** What Exchange's user entered while the appointment was hidden, and nobody has shown since. */
function secrets({ secrets: texts }: Memory, deliveries: readonly ReceivedChange[]): Finding[] {
  if (texts.length === 0) return []
  const told = JSON.stringify(deliveries)
  return texts
    .filter((text) => new RegExp(String.raw`${text}\b`).test(told))
    .map((text) => ['leak', `${text} was told while hidden`])
}

/**
 * What one side alone did comes back to it neither as a change nor as a write. What the application answered 409 to may
 * be told once more, since that answer may have been lost; so may what it missed, and has cancelled before it was told again.
 */
function echoes(
  { acts, changeKey, isClear }: Memory,
  { item, entry }: View,
  deliveries: readonly ReceivedChange[],
): Finding[] {
  const isQuietAt = (side: Act['side']) => !acts.some((act) => act.side === side)
  const isRepeat = ({ data }: ReceivedChange) => entry?.repeats.has(data.revision) === true
  const news = deliveries.filter((change) => !isRepeat(change))
  const told = news.map(({ type, data }) => `${type} ${data.revision} (${data.changed.join(', ')})`)
  return [
    ...(isQuietAt('exchange') && told.length > 0 ? [['echo', `told ${told.join('; ')}`] as const] : []),
    // What the application said of an appointment that was hidden is written once it is shown.
    ...(isQuietAt('application') && isClear && item && changeKey && item.changeKey !== changeKey
      ? [['echo', "written, though the application's user did nothing"] as const]
      : []),
  ]
}

function mails(memory: Memory, { item, atExchange, atApplication }: View, evidence: Evidence): Finding[] {
  const { label } = memory
  const found: Finding[] = []
  const ours = evidence.mails(label).filter((mail) => !evidence.isUsers(mail))
  for (const [key, sent] of Map.groupBy(ours, ({ kind, to }) => `${kind} to ${to}`)) {
    const [{ kind, to }] = sent as [(typeof sent)[0]]
    if (!isOrganizers(kind)) continue
    const most = allowedMails(memory, kind, to)
    if (sent.length > most) found.push(['mail', `${sent.length} times ${key}, not ${most}`])
  }
  if (!item && isCancelledByApplication(memory)) found.push(...notTold(evidence.mails(label)))
  if (!item || !atExchange || !atApplication) return found
  for (const { address } of item.attendees) {
    const isInvited = evidence.mails(label).some(({ kind, to }) => kind === 'invitation' && to === address)
    if (!isInvited) found.push(['mail', `${address} was never invited`])
  }
  return found
}

/** Nobody else did anything since the last rest. */
function isCancelledByApplication({ acts, isClear }: Memory): boolean {
  const isAlone = isClear && acts.every(({ side }) => side === 'application')
  return isAlone && acts.findLast(({ what }) => what !== 'edited')?.what === 'takenAway'
}

/** Who is invited still. */
function notTold(sent: readonly Mail[]): Finding[] {
  const last = new Map(sent.filter(({ kind }) => isOrganizers(kind)).map(({ to, kind }) => [to, kind]))
  return [...last]
    .filter(([, kind]) => kind !== 'cancellation')
    .map(([to]) => ['mail', `${to} never heard that it is cancelled`])
}

/** What is so when it is quiet is what the next round is judged against. */
export function remember(memory: Memory, evidence: Evidence): void {
  const { item, entry, atExchange, atApplication } = viewAt(memory, evidence)
  const isOneSided = memory.acts.every(({ side }) => side === memory.acts[0]!.side)
  const isAgreed = atExchange !== undefined && atApplication !== undefined
  memory.isClear = isAgreed || (memory.isClear && isOneSided)
  memory.isInsisted = item !== undefined && !atExchange && entry?.isHeld === true
  if (isAgreed) memory.agreed = atExchange
  else delete memory.agreed
  if (item) memory.changeKey = item.changeKey
  else delete memory.changeKey
  memory.acts = []
}
