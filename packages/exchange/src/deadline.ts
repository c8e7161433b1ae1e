/** A moment after which a call may not go out any more, since another process may have taken its work over by then. */
export type Deadline = { readonly isPast: () => boolean }

/** So long from now on. By two clocks, since the one may be set back and the other stands still while a machine sleeps. */
export function deadlineIn(ms: number): Deadline {
  const byWallMs = Date.now() + ms
  const byProcessMs = performance.now() + ms
  return { isPast: () => Date.now() >= byWallMs || performance.now() >= byProcessMs }
}
