import type { Side } from './action.ts'
import { allowContest } from './mail-allowance.ts'
import { type Content, type Field, fields, type Values, valuesOf } from './content.ts'

/** What a side's user did to an appointment: gave a field a value, or said whether it is there for all to see. */
export type Act = { readonly side: Side; readonly label: number; readonly atMs: number } & (
  | { readonly what: 'created'; readonly values: Values }
  | { readonly what: 'edited'; readonly field: Field; readonly value: string }
  | { readonly what: 'shown' | 'takenAway' }
)

/** What the oracle remembers of an appointment from one rest to the next. */
export type Memory = {
  readonly label: number
  readonly mailbox: string
  readonly bornAt: Side
  /** What users did since the last rest. */
  acts: Act[]
  /** Every value that anybody ever gave a field. */
  readonly given: Readonly<Record<Field, Set<string>>>
  /** What both sides held at the last rest; missing if one of them did not hold it. */
  agreed?: Values
  /** Whether what there is of it is clear: nobody's word stood against the other's since both agreed. */
  isClear: boolean
  /** The application changed it while Exchange hides it: what it says is only remembered. */
  isInsisted: boolean
  /** The state in which Exchange's user, or the last rest, left the item. */
  changeKey?: string
  /** The appointment that it is a copy of. */
  copyOf?: number
  /** Nobody can tell any more which appointment it is: it is not judged. */
  isAmbiguous: boolean
  /**
   * That is so since the ledger was lost, and was not before: whether it was in its calendar at the last rest. It stays
   * there.
   */
  blurred?: { wasThere: boolean }
  /** Texts that Exchange's user entered while the appointment was hidden. */
  secrets: string[]
  /** How many mails of each kind to each address the application's changes are good for. */
  readonly mails: Map<string, number>
}

export type Book = ReturnType<typeof createBook>

/** What users did, as they did it: what the oracle judges by. */
export function createBook() {
  const memories = new Map<number, Memory>()

  return {
    /** Those that can be judged. */
    all(): Memory[] {
      blur(memories)
      return [...memories.values()].filter(({ isAmbiguous }) => !isAmbiguous)
    },
    /** Nobody knows any more which of these had which handle. */
    blurCopies(): void {
      blur(memories)
      const copies = [...memories.values()].filter(({ copyOf }) => copyOf !== undefined)
      for (const [root, some] of Map.groupBy(copies, (copy) => rootOf(memories, copy))) {
        const family = [root, ...some]
        const wasClear = family.every(({ isAmbiguous, blurred }) => !isAmbiguous || blurred)
        for (const one of family) {
          if (wasClear) one.blurred ??= { wasThere: false }
          one.isAmbiguous = true
        }
      }
    },
    /** Copies, and what they were made from, of a ledger that was lost. */
    blurred(): Memory[] {
      return [...memories.values()].filter(({ blurred }) => blurred !== undefined)
    },
    find: (label: number) => memories.get(label),
    get size() {
      return memories.size
    },

    born(side: Side, label: number, mailbox: string, content: Content): Memory {
      const values = valuesOf(content)
      const given = Object.fromEntries(fields.map((field) => [field, new Set([values[field]])]))
      const memory: Memory = {
        label,
        mailbox,
        bornAt: side,
        acts: [{ side, label, atMs: Date.now(), what: 'created', values }],
        given: given as Record<Field, Set<string>>,
        isClear: true,
        isInsisted: false,
        isAmbiguous: false,
        secrets: [],
        mails: new Map(),
      }
      memories.set(label, memory)
      return memory
    },
    edited(side: Side, label: number, change: Partial<Content>, after: Content): void {
      const memory = memories.get(label)!
      const values = valuesOf(after)
      for (const field of fieldsIn(change)) {
        if (field === 'attendees') allowContest(memory, contests(memory, side))
        memory.acts.push({ side, label, atMs: Date.now(), what: 'edited', field, value: values[field] })
        memory.given[field].add(values[field])
      }
    },
    said(side: Side, label: number, what: 'shown' | 'takenAway'): void {
      memories.get(label)!.acts.push({ side, label, atMs: Date.now(), what })
    },
  }
}

/** How many changes of the application's a change of who attends puts in doubt. */
function contests({ acts }: Memory, side: Side): number {
  const others = acts.filter((act) => act.what === 'edited' && act.field === 'attendees' && act.side !== side)
  return side === 'exchange' ? others.length : Math.min(1, others.length)
}

/**
 * A copy carries the UID and the stamp of what it was made from, and so does a copy of that. One that is new or comes
 * back cannot be told from another of these that is gone.
 */
function blur(memories: ReadonlyMap<number, Memory>): void {
  const copies = [...memories.values()].filter(({ copyOf }) => copyOf !== undefined)
  const roots = new Set(copies.map((copy) => rootOf(memories, copy)))
  for (const root of roots) {
    const family = [root, ...copies.filter((copy) => rootOf(memories, copy) === root)]
    for (const one of family) {
      if (one.copyOf !== undefined && comesBack(one)) one.isAmbiguous = true
      if (!comesBack(one) && !(one.copyOf !== undefined && isNew(one))) continue
      for (const relative of family) {
        if (relative === one || !mayBeGone(relative)) continue
        relative.isAmbiguous = true
        one.isAmbiguous = true
      }
    }
  }
}

function comesBack({ acts }: Memory): boolean {
  return acts.some(({ side, what }) => side === 'exchange' && what === 'shown')
}

function rootOf(memories: ReadonlyMap<number, Memory>, memory: Memory): Memory {
  return memory.copyOf === undefined ? memory : rootOf(memories, memories.get(memory.copyOf)!)
}

function isNew({ acts }: Memory): boolean {
  return acts.some(({ what }) => what === 'created')
}

function mayBeGone(memory: Memory): boolean {
  if (memory.agreed === undefined && !isNew(memory)) return true
  return memory.acts.some(({ what }) => what === 'takenAway' || what === 'shown')
}

function fieldsIn(change: Partial<Content>): Field[] {
  return fields.filter((field) => {
    if (field === 'when') return change.start !== undefined
    return field === 'reminder'
      ? change.reminderMinutesBeforeStart !== undefined
      : change[field] !== undefined
  })
}
