<<<<<<< HEAD
export type { AccountOptions, ApplicationOptions } from './accounts.ts'
export type { AuthenticationPolicy } from './authentication/authenticator.ts'
=======
export type { AccountOptions } from './accounts.ts'
export { variables } from './config.ts'
>>>>>>> main
export type { Fault, FaultKind, FaultOptions, Faults } from './faults.ts'
export type { MailboxState } from './mailbox-states.ts'
export type { Mail } from './meetings.ts'
export type { ChangedItem, EnteredItem, PlainItem } from './plain-item.ts'
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
export type { DeleteOptions } from './users.ts'
export type { ThrottlingPolicy } from './throttling/policy.ts'
