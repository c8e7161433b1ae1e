import { describe, expect, test } from 'vitest'
import { type Refusal, refusalOf } from './admission.ts'
import type { Sensitivity } from './appointment.ts'

type Kind = 'single' | 'recurring'
type Rule = 'by default' | 'if personal is refused'

// The whole table. `Record` without `Partial`: a case that is missing does not compile.
const verdicts: Record<Rule, Record<Sensitivity, Record<Kind, Refusal | 'admitted'>>> = {
  'by default': {
    normal: { single: 'admitted', recurring: 'recurring' },
    personal: { single: 'admitted', recurring: 'recurring' },
    private: { single: 'private', recurring: 'private' },
    confidential: { single: 'confidential', recurring: 'confidential' },
  },
  'if personal is refused': {
    normal: { single: 'admitted', recurring: 'recurring' },
    personal: { single: 'personal', recurring: 'personal' },
    private: { single: 'private', recurring: 'private' },
    confidential: { single: 'confidential', recurring: 'confidential' },
  },
}

const cases = Object.entries(verdicts).flatMap(([rule, bySensitivity]) =>
  Object.entries(bySensitivity).flatMap(([sensitivity, byKind]) =>
    Object.entries(byKind).map(([kind, verdict]) => ({ rule, sensitivity, kind, verdict })),
  ),
)

describe('admission', () => {
  test.each(cases)('$rule a $sensitivity $kind item is: $verdict', ({ rule, sensitivity, kind, verdict }) => {
    const item = { sensitivity: sensitivity as Sensitivity, isRecurring: kind === 'recurring' }
    const rules = rule === 'by default' ? undefined : { refusePersonal: true }
    expect(refusalOf(item, rules) ?? 'admitted').toBe(verdict)
  })
})
