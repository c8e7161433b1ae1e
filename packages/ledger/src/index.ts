export type { Brake, BrakedWork } from './brakes.ts'
export { createLedger, type Ledger, type LedgerOptions } from './create-ledger.ts'
export { LedgerSchemaError, LedgerUnavailableError } from './errors.ts'
export type * from './ledger.ts'
