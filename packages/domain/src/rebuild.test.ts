import { expect, test } from 'vitest'
import { birthOf, type CalendarKnowledge, doubtOf, tellsOfLoss } from './rebuild.ts'
import { type AppointmentRecord, emptyLink } from './record.ts'
import { aRecord } from './testing/index.ts'
import { revisionAt } from './revision.ts'
import type { SettledWanted } from './wanted.ts'

const sinceMs = 1_000_000
const ledgerSinceMs = 1_790_000_000_000
const wanted: SettledWanted = { kind: 'present', version: 1, atMs: sinceMs + 60_000 }
const well: CalendarKnowledge = {
  ledgerSinceMs,
  sinceMs,
  isListed: true,
  isCurrent: true,
  isRestored: false,
  createsUnconfirmed: false,
}
const awaiting = { ...well, othersAwaitedMs: 0 }
const restored = { ...well, isRestored: true }
const unlisted = { ...well, isListed: false, isCurrent: false }
const fromExchange = { appointmentId: `ex-${'a'.repeat(22)}` }
const lookedFor = { ...fromExchange, passedOverMs: 7 }
const listed = (startedAtMs: number) => ({ ...well, listing: { startedAtMs, finishedAtMs: 9 } })
const written = { link: { ...emptyLink, written: { version: 1, basedOn: 0, fingerprints: {} } } }

type Case = {
  name: string
  doubt: string
  calendar: CalendarKnowledge
  changes?: Partial<SettledWanted>
  record?: Partial<AppointmentRecord>
}

test.each<Case>([
  { name: 'any, in a calendar that is known well', doubt: 'none', calendar: well, changes: { version: 7 } },
  { name: 'any, while changes are not followed', doubt: 'search', calendar: { ...well, isCurrent: false } },
  { name: 'new, before the listing', doubt: 'none', calendar: unlisted },
  { name: 'new by a minute', doubt: 'search', calendar: unlisted, changes: { atMs: sinceMs + 59_999 } },
  {
    name: 'older, before the listing',
    doubt: 'unlisted',
    calendar: unlisted,
    changes: { atMs: sinceMs - 1 },
  },
  {
    name: 'a second version, before the listing',
    doubt: 'unlisted',
    calendar: unlisted,
    changes: { version: 2 },
  },
  {
    name: 'a second version of what is new, before the listing',
    doubt: 'none',
    calendar: unlisted,
    changes: { version: 2 },
    record: { bornAtMs: sinceMs + 60_000 },
  },
  {
    name: 'a second version of what is new by a minute',
    doubt: 'search',
    calendar: unlisted,
    changes: { version: 2 },
    record: { bornAtMs: sinceMs + 59_999 },
  },
  { name: 'cancelled, before the listing', doubt: 'search', calendar: unlisted, changes: { kind: 'absent' } },
  {
    name: 'from Exchange, before the listing',
    doubt: 'passedOver',
    calendar: unlisted,
    record: fromExchange,
  },
  { name: 'new, while others are not listed', doubt: 'none', calendar: awaiting },
  {
    name: 'older, while others are not listed',
    doubt: 'unlisted',
    calendar: awaiting,
    changes: { atMs: sinceMs - 1 },
  },
  {
    name: 'older, while others are not listed, and decided',
    doubt: 'none',
    calendar: awaiting,
    changes: { atMs: sinceMs - 1 },
    record: { decision: 'create' },
  },
  {
    name: 'older, in a restored calendar, while others are not listed',
    doubt: 'unconfirmed',
    calendar: { ...awaiting, isRestored: true },
    changes: { atMs: sinceMs - 1 },
  },
  {
    name: 'from Exchange, while others are not listed',
    doubt: 'unconfirmed',
    calendar: { ...awaiting, ...listed(8) },
    record: lookedFor,
  },
  {
    name: 'cancelled, while others are not listed',
    doubt: 'none',
    calendar: awaiting,
    changes: { kind: 'absent', version: 2 },
  },
  { name: 'new, after a loss', doubt: 'none', calendar: restored },
  { name: 'older, after a loss', doubt: 'unconfirmed', calendar: restored, changes: { atMs: sinceMs - 1 } },
  {
    name: 'a second version, after a loss',
    doubt: 'unconfirmed',
    calendar: restored,
    changes: { version: 2 },
  },
  {
    name: 'a second version of what was born since the loss',
    doubt: 'none',
    calendar: restored,
    changes: { version: 2 },
    record: { bornAtMs: sinceMs },
  },
  {
    name: 'a second version, made since the loss, of what was born before',
    doubt: 'unconfirmed',
    calendar: restored,
    changes: { version: 2 },
    record: { bornAtMs: sinceMs - 1 },
  },
  {
    name: 'a first version of what the application was told of before the loss',
    doubt: 'unconfirmed',
    calendar: restored,
    changes: { basedOn: 7 },
  },
  {
    name: 'cancelled, after a loss',
    doubt: 'none',
    calendar: restored,
    changes: { kind: 'absent', version: 2 },
  },
  {
    name: 'written since the loss',
    doubt: 'none',
    calendar: restored,
    changes: { version: 2 },
    record: written,
  },
  {
    name: 'decided',
    doubt: 'none',
    calendar: restored,
    changes: { version: 2 },
    record: { decision: 'create' },
  },
  {
    name: 'older, by policy',
    doubt: 'none',
    calendar: { ...restored, createsUnconfirmed: true },
    changes: { version: 2 },
  },
  {
    name: 'from Exchange, of which no listing knew',
    doubt: 'passedOver',
    calendar: listed(8),
    record: fromExchange,
  },
  {
    name: 'from Exchange, since the last listing began',
    doubt: 'passedOver',
    calendar: listed(7),
    record: lookedFor,
  },
  {
    name: 'from Exchange, while a later listing is under way',
    doubt: 'passedOver',
    calendar: { ...well, listing: { startedAtMs: 8 } },
    record: lookedFor,
  },
  {
    name: 'from Exchange, of which no listing knew, and cancelled',
    doubt: 'passedOver',
    calendar: listed(8),
    record: fromExchange,
    changes: { kind: 'absent' },
  },
  {
    name: 'from Exchange, of which no listing knew, by policy',
    doubt: 'passedOver',
    calendar: { ...listed(8), createsUnconfirmed: true },
    record: fromExchange,
  },
  {
    name: 'of an exchangeId, of which no listing knew',
    doubt: 'passedOver',
    calendar: listed(8),
    changes: { isFromExchange: true },
  },
  { name: 'from Exchange and not known', doubt: 'unconfirmed', calendar: listed(8), record: lookedFor },
  {
    name: 'from Exchange and not known, cancelled',
    doubt: 'none',
    calendar: listed(8),
    record: lookedFor,
    changes: { kind: 'absent' },
  },
  {
    name: 'of an exchangeId',
    doubt: 'unconfirmed',
    calendar: listed(8),
    changes: { isFromExchange: true },
    record: { passedOverMs: 7 },
  },
])('$name: $doubt', ({ doubt, calendar, changes, record }) => {
  expect(doubtOf(aRecord(record), { ...wanted, ...changes }, calendar)).toBe(doubt)
})

test.each<[string, Partial<SettledWanted>, number | undefined]>([
  ['a first version', {}, wanted.atMs],
  ['one that is refused', { kind: 'absent', reason: 'private' }, wanted.atMs],
  ['one that is gone', { kind: 'absent', reason: 'cancelled' }, undefined],
  ['a later one', { version: 2 }, undefined],
])('when an appointment was born is said by %s', (_, changes, bornAtMs) => {
  expect(birthOf({ ...wanted, ...changes })).toBe(bornAtMs)
})

const told = revisionAt(ledgerSinceMs)

test.each([
  ['an appointment of its own', {}, false],
  ['one from Exchange that is not known', fromExchange, true],
  ['what it was told of before', { wanted: { ...wanted, basedOn: told } }, true],
  ['what it was told of since, in another mailbox', { wanted: { ...wanted, basedOn: told + 1 } }, false],
  ['what it was never told of', { wanted: { ...wanted, basedOn: 0 } }, false],
  ['one from Exchange that is known', { ...fromExchange, ...written }, false],
])('the application speaks of %s', (_, changes: Partial<AppointmentRecord>, isLost) => {
  expect(tellsOfLoss(aRecord({ wanted, ...changes }), { ledgerSinceMs })).toBe(isLost)
})
