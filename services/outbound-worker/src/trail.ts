import type { TrailEntry, TrailStep } from '@lockstep/ledger'
import type { Task } from './task.ts'

/** The steps that the tasks are at, for people who watch a change on its way. */
export function trailOf(tasks: readonly Task[], step: 'started' | 'settled'): TrailEntry[] {
  const atMs = Date.now()
  return tasks.flatMap(({ attempt, plan, outcome, writtenAtMs }) => {
    const version = attempt.record.wanted?.version
    const head = { appointmentId: attempt.record.appointmentId, direction: 'outbound' as const, atMs }
    const entry = (name: TrailStep, reason?: string): TrailEntry => ({
      ...head,
      step: name,
      ...(version !== undefined && { version }),
      ...(reason && { reason }),
    })
    if (step === 'started') return [entry('started')]
    if (outcome?.kind === 'parked') return [entry('parked', outcome.code)]
    if (outcome?.kind === 'settled') {
      const written = writtenAtMs ? [{ ...entry('written', plan.action), atMs: writtenAtMs }] : []
      return [...written, entry('settled', plan.action)]
    }
    return [entry('postponed', outcome?.kind === 'failed' ? outcome.code : undefined)]
  })
}
