import { setTimeout as wait } from 'node:timers/promises'
import type { Constellation } from './constellation.ts'
import type { Violation } from './oracle.ts'
import { ask } from './unsettled.ts'

export type Brakes = Partial<Record<'outbound' | 'inbound', object>>

export type Operator = {
  /** Sees to it that a direction that is stopped does stand still, and lets it go on. */
  releaseAll(): Promise<void>
  /** Directions that went on though they were stopped. */
  readonly violations: readonly Violation[]
  readonly released: number
}

/** What was begun before the brake is over by then. */
const begunMs = 1_000
const watchMs = 1_500

/** Somebody who looks at what was braked, and finds it right. */
export function createOperator(constellation: Constellation): Operator {
  const { ingressUrl, simulator, application, mailboxes } = constellation
  const violations: Violation[] = []
  let released = 0

  /** What must not change while the direction is stopped. */
  function standOf(mailbox: string, direction: keyof Brakes): string {
    const told = () => application.received.filter(({ data }) => data.mailbox === mailbox).length
    return direction === 'outbound' ? JSON.stringify(simulator.calendarOf(mailbox)) : String(told())
  }

  async function release(mailbox: string, brakes: Brakes): Promise<void> {
    await wait(begunMs)
    for (const direction of Object.keys(brakes) as (keyof Brakes)[]) {
      const before = standOf(mailbox, direction)
      await wait(watchMs)
      const detail = `${direction} of ${mailbox} went on though it was braked`
      if (standOf(mailbox, direction) !== before) violations.push({ kind: 'unbraked', label: 0, detail })
      const response = await fetch(`${ingressUrl}/v1/mailboxes/${mailbox}/release`, {
        method: 'POST',
        headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
        body: JSON.stringify({ direction }),
      })
      if (response.ok) released++
    }
  }

  return {
    get released() {
      return released
    },
    async releaseAll() {
      await Promise.all(
        mailboxes.map(async (mailbox) => {
          const { brakes } = await ask<{ brakes?: Brakes }>(ingressUrl, `mailboxes/${mailbox}`)
          if (brakes) await release(mailbox, brakes)
        }),
      )
    },
    violations,
  }
}
