import type { Line } from './line.ts'
import { type Finding, ok, warning } from './step.ts'

/** Microsoft's advice for calls at a time; what the throttling policy allows cannot be asked for. */
const advised = 10
/** EWSMaxConcurrency of the default policy, since Exchange 2013. */
const policy = 27

/** Whether we ask for more than Exchange gives, and whether it asked for quiet just now. For each account. */
export async function examineBudget(lines: readonly Line[]): Promise<Finding> {
  const restMs = Math.max(...(await Promise.all(lines.map((line) => line.quietForMs()))))
  if (restMs > 0)
    return warning('BACK_OFF_IN_FORCE', `no call is made for another ${Math.ceil(restMs / 1_000)} s`)
  const most = Math.max(...lines.map(({ maxInFlight }) => maxInFlight))
  const says = `at most ${most} calls at a time (Microsoft advises ${advised}, the default policy allows ${policy})`
  return most > advised ? warning('BUDGET_ABOVE_ADVICE', says) : ok(says)
}
