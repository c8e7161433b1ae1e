import { expect, test } from 'vitest'
import { type BrakeReason, brakeReason, type BrakeRules } from './brake.ts'

const rules: BrakeRules = { deletions: 20, percent: 30, windowMs: 600_000 }

type Case = { deleted: number; held: number; rules?: Partial<BrakeRules>; reason: BrakeReason | undefined }

test.each<Case>([
  { deleted: 0, held: 0, reason: undefined },
  { deleted: 10, held: 10, reason: undefined },
  { deleted: 11, held: 11, reason: 'percent' },
  { deleted: 12, held: 40, reason: undefined },
  { deleted: 13, held: 40, reason: 'percent' },
  { deleted: 20, held: 1_000, reason: undefined },
  { deleted: 21, held: 1_000, reason: 'deletions' },
  { deleted: 21, held: 21, reason: 'deletions' },
  { deleted: 40, held: 100, rules: { deletions: 1_000 }, reason: 'percent' },
  { deleted: 40, held: 40, rules: { deletions: 1_000, percent: 100 }, reason: undefined },
  { deleted: 5_000, held: 5_000, rules: { deletions: 0 }, reason: undefined },
])('$deleted of $held: $reason', ({ deleted, held, rules: changes, reason }) => {
  expect(brakeReason({ deleted, held }, { ...rules, ...changes })).toBe(reason)
})
