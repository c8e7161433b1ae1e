import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createTwoSides,
  type EditedField,
  editedFields,
  type Scene,
  type Side,
  type Step,
  type TwoSides,
  valueIn,
} from './testing/simulation/two-sides.ts'

const sides = fc.constantFrom<Side>('application', 'exchange')
const picks = fc.nat({ max: 3 })
const edits: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('edit'),
  side: sides,
  field: fc.constantFrom(...editedFields),
  isBack: fc.boolean(),
})
const disturbances: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('cancel', 'restore'), side: sides }),
  fc.record({ do: fc.constantFrom('hide', 'conceal'), isPrivate: fc.boolean() }),
  fc.record({ do: fc.constant('label'), isPersonal: fc.boolean() }),
)
const calm = [
  { weight: 6, arbitrary: edits },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('accept'), pick: picks, again: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('outbound'),
      fault: fc.constantFrom('none', 'none', 'lost', 'answerLost', 'late'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sync') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('deliver'),
      fault: fc.constantFrom('none', 'none', 'lost', 'acknowledgementLost', 'late'),
      refuses: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('comeLate'), pick: picks }) },
] as const
// Without lost answers: after one, an edit by Exchange cannot always be told from our own.
const transport = fc
  .oneof(...(calm.slice(1) as unknown as fc.WeightedArbitrary<Step>[]))
  .filter((step) => step.do !== 'outbound' || step.fault === 'none' || step.fault === 'lost')
const steps = fc.oneof(...(calm as unknown as fc.WeightedArbitrary<Step>[]))
const wildSteps = fc.oneof({ weight: 8, arbitrary: steps }, { weight: 2, arbitrary: disturbances })
// Not among the wild ones: whether a meeting that was made anew has answers is the application's own affair.
const answeredSteps = fc.oneof(
  { weight: 20, arbitrary: steps },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'respond'>('respond') }) },
)

const scenes = (changes: Partial<Scene> = {}): fc.Arbitrary<Scene> =>
  fc
    .record({
      bornAt: sides,
      policy: fc.constantFrom('exchange', 'application', 'latest'),
      sendsBasedOn: fc.boolean(),
      role: fc.constantFrom('organizer', 'attendee'),
    })
    .map((scene) => ({ ...scene, ...changes }))

const phases = (steps: fc.Arbitrary<Step>) =>
  fc.array(fc.array(steps, { maxLength: 14 }), { minLength: 1, maxLength: 4 })

test('both sides hold the same in the end, and nothing is written or told any more', () => {
  fc.assert(
    fc.property(scenes(), phases(wildSteps), (scene, phases) => {
      const two = createTwoSides(scene)
      two.comeToRest()
      for (const phase of phases) {
        play(two, phase)
        two.comeToRest()
        // What the application says of an appointment that sleeps is only remembered.
        const told = two.remembersOnly() ? [] : two.atApplication()
        expect(told).toEqual(two.atExchange())
        expect(two.echoes()).toBe(0)
      }
    }),
    { numRuns: 600 },
  )
})

test('a field that one side edited has its last value, one that both edited has a last value of either', () => {
  fc.assert(
    fc.property(scenes({ sendsBasedOn: true }), phases(answeredSteps), (scene, phases) => {
      const two = createTwoSides(scene)
      two.comeToRest()
      for (const phase of phases) {
        const before = valuesOf(two)
        const edits = play(two, phase)
        two.comeToRest()
        const after = valuesOf(two)
        expect(two.atApplication()).toEqual(two.atExchange())
        for (const field of editedFields) {
          const made = edits.filter((edit) => edit.field === field)
          expect(expected({ scene, phase, edits: made, before: before[field] })).toContain(after[field])
        }
      }
    }),
    { numRuns: 600 },
  )
})

test('what only one side edits is never told or written back to it', () => {
  fc.assert(
    fc.property(
      scenes({ role: 'organizer' }),
      sides,
      fc.array(edits, { maxLength: 8 }),
      (scene, side, edits) => {
        const two = createTwoSides(scene)
        two.comeToRest()
        const echoes = () => (side === 'application' ? two.application.received() : two.exchange.writes())
        const before = echoes()
        for (const step of edits) {
          play(two, [{ ...step, side } as Step])
          two.comeToRest()
        }
        expect(echoes()).toBe(before)
      },
    ),
    { numRuns: 150 },
  )
})

const decided = scenes({ role: 'organizer', sendsBasedOn: true }).filter(({ policy }) => policy !== 'latest')
const crossing = fc.record({
  field: fc.constantFrom(...editedFields),
  others: fc.array(edits, { maxLength: 3 }),
  isCancelled: fc.boolean(),
  transport: fc.array(transport, { maxLength: 12 }),
})

test('of edits that cross each other the policy’s wins, also over a cancellation, but for a body', () => {
  fc.assert(
    fc.property(decided, crossing, (scene, { field, others, isCancelled, transport }) => {
      const two = createTwoSides(scene)
      two.comeToRest()
      play(two, others)
      const last = (['application', 'exchange'] as const).map((side) =>
        two.edit({ side, field, isBack: false }),
      )
      if (isCancelled) two.take({ do: 'cancel', side: 'exchange' })
      play(two, transport)
      two.comeToRest()
      // A body that may be Exchange's user's is not written over, and one that was made anew may seem to be.
      fc.pre(!(field === 'body' && isCancelled))
      const exchangeWins = scene.policy === 'exchange' || field === 'body'
      const fromExchange = isCancelled ? [] : [last[1]]
      const held = two.atApplication().map((content) => valueIn(content[field]))
      expect(held).toEqual(exchangeWins ? fromExchange : [last[0]])
    }),
    { numRuns: 600 },
  )
})

type Edit = { readonly side: Side; readonly field: EditedField; readonly value: string }

/** Plays the steps and says what was edited. */
function play(two: TwoSides, steps: readonly Step[]): Edit[] {
  return steps.flatMap((step) => {
    if (step.do === 'edit') return [{ ...step, value: two.edit(step) }]
    two.take(step)
    return []
  })
}

function valuesOf(two: TwoSides): Record<EditedField, string> {
  const [content] = two.atExchange()
  return Object.fromEntries(editedFields.map((field) => [field, valueIn(content![field])])) as Record<
    EditedField,
    string
  >
}

type Case = { scene: Scene; phase: readonly Step[]; edits: readonly Edit[]; before: string }

/** What a field may hold after such edits of it. */
function expected({ scene, phase, edits, before }: Case): string[] {
  const isStamped = scene.bornAt === 'application'
  const field = edits[0]?.field
  const isForeign = !isStamped && scene.role === 'attendee' && field !== 'categories'
  const counting = edits.filter(({ side }) => !isForeign || side === 'exchange')
  if (counting.length === 0) return [before]

  // Nothing tells a user's edit from Exchange's rewriting of a body, nor, without a stamp, from a write of ours whose
  // answer was lost. And who answers is told with all attendees, over those that the application has just changed.
  const isLost = phase.some((step) => step.do === 'outbound' && step.fault !== 'none')
  const isAnswered = field === 'attendees' && phase.some((step) => step.do === 'respond')
  if (field === 'body' || isAnswered || (!isStamped && isLost))
    return [before, ...edits.map(({ value }) => value)]
  return (['application', 'exchange'] as const).flatMap((side) =>
    counting
      .filter((edit) => edit.side === side)
      .slice(-1)
      .map(({ value }) => value),
  )
}
