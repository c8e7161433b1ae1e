/** A wall time at or near a change of a zone's clock. */
export type Edge = {
  readonly kind: 'ordinary' | 'before' | 'skipped' | 'doubled' | 'after'
  readonly dateTime: string
  readonly timeZone: string
}

const minute = 60_000

/** Wall times round every change of the zone's clock in these years, and two that are nowhere near one. */
export function edgesOf(timeZone: string, fromYear: number, toYear: number): Edge[] {
  const edge = (kind: Edge['kind'], wall: Temporal.PlainDateTime): Edge => ({
    kind,
    dateTime: wall.toString({ smallestUnit: 'second' }),
    timeZone,
  })
  const ordinary = [1, 7].map((month) =>
    edge('ordinary', Temporal.PlainDateTime.from({ year: toYear, month, day: 15, hour: 9, minute: 30 })),
  )
  return [
    ...ordinary,
    ...changesOf(timeZone, fromYear, toYear).flatMap((change) => {
      const shown = (ms: number) => change.add({ milliseconds: ms }).toPlainDateTime()
      const before = change.subtract({ nanoseconds: 1 })
      const byMinutes = (change.offsetNanoseconds - before.offsetNanoseconds) / 60e9
      const half = Math.abs(byMinutes) / 2
      const atChange = before.toPlainDateTime().round('minute')
      return [
        edge('before', shown(-Math.max(0, -byMinutes) * minute - minute)),
        byMinutes > 0
          ? edge('skipped', atChange.add({ minutes: half }))
          : edge('doubled', atChange.subtract({ minutes: half })),
        edge('after', shown((byMinutes > 0 ? 0 : -byMinutes) * minute)),
      ]
    }),
  ]
}

function changesOf(timeZone: string, fromYear: number, toYear: number): Temporal.ZonedDateTime[] {
  const changes: Temporal.ZonedDateTime[] = []
  let next = Temporal.ZonedDateTime.from({
    timeZone,
    year: fromYear,
    month: 1,
    day: 1,
  }).getTimeZoneTransition('next')
  while (next && next.year <= toYear) {
    changes.push(next)
    next = next.getTimeZoneTransition('next')
  }
  return changes
}
