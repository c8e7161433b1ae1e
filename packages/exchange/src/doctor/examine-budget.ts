import type { ExchangeConfig } from '../create-exchange.ts'
import { quietForMs } from '../leases.ts'
import type { Shared } from './line.ts'
import { type Finding, ok, warning } from './step.ts'

/** Microsoft's advice for calls at a time; what the throttling policy allows cannot be asked for. */
const advised = 10
/** EWSMaxConcurrency of the default policy, since Exchange 2013. */
const policy = 27

/** Whether we ask for more than Exchange gives, and whether it asked for quiet just now. */
export async function examineBudget(config: ExchangeConfig, shared: Shared | undefined): Promise<Finding> {
  const { maxInFlight } = config
  const restMs = shared ? await quietForMs(shared.redis, shared.prefix) : 0
  if (restMs > 0)
    return warning('BACK_OFF_IN_FORCE', `no call is made for another ${Math.ceil(restMs / 1_000)} s`)
  const says = `at most ${maxInFlight} calls at a time (Microsoft advises ${advised}, the default policy allows ${policy})`
  return maxInFlight > advised ? warning('BUDGET_ABOVE_ADVICE', says) : ok(says)
}
