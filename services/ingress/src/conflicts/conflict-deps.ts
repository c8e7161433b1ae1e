import type { AdmissionRules, Digest, SettingDefaults } from '@lockstep/domain'
import type { CalendarGateway } from '@lockstep/exchange'
import type { ConflictSeal, Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'

export type Given = {
  ledger: Ledger
  queues: Queues
  log: Logger
  gateway: CalendarGateway | undefined
  fingerprintKey: string | undefined
  rules: AdmissionRules
  settingDefaults: SettingDefaults
  mailBudget: number
}

export type ConflictDeps = Omit<Given, 'gateway' | 'fingerprintKey'> & {
  gateway: CalendarGateway
  digest: Digest
  seal: ConflictSeal
}
