export { discoverEndpoint, type Discovered, type Discovering } from '../discover/discover-endpoint.ts'
export { createExaminer, type Examiner } from './examiner.ts'
export type { NotificationProbe, Notifications } from './examine-notifications.ts'
export { type Finding, inOrder, type Part, type Step, type StepOutcome } from './step.ts'
export { mendFor } from './mends.ts'
export { createPatience, type Patience } from './patience.ts'
export { brokenOff, testMany, testOne, type Testing, type Verdict } from './test-many.ts'
export {
  type ServerTrust,
  type ShownCertificate,
  examineTrust,
  proveTrust,
  type TrustWay,
} from './server-trust.ts'
