import {
  type CertificateFact,
  createExchange,
  type Exchange,
  type ExchangeConfig,
  type Trouble,
} from '@lockstep/exchange'
import { type Simulator, type SimulatorOptions, startSimulator } from '@lockstep/exchange-simulator'
import { testRedis } from '@lockstep/runtime/testing'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const mailbox = 'alice@contoso.example'

/** A simulator with HTTPS, and its private authority as a file. */
export async function startSecure(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ seed: false, httpsPort: 0, ...options })
  onTestFinished(() => simulator.close())
  const { url, ca } = simulator.secure!
  return { simulator, url, authorities: { file: aFile('ca.pem', ca) } }
}

/** A file for one test. */
export function aFile(name: string, content: string | Buffer): string {
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-logon-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, name)
  writeFileSync(file, content)
  return file
}

type Place = ReturnType<typeof testRedis>

export type Opened = {
  readonly gateway: Exchange['gateway']
  readonly facts: CertificateFact[]
  readonly troubles: Trouble[]
  readonly warnings: string[]
  /** What the first call that has an outcome of its own ends with: `ok`, or the code of the error. */
  outcome(): Promise<string>
}

/** A connection to Exchange as a worker has it. Several in one place share what is kept in Redis. */
export function openExchange(
  config: Pick<ExchangeConfig, 'url' | 'auth'> & Partial<ExchangeConfig>,
  { redis, prefix }: Place = testRedis(),
): Opened {
  const facts: CertificateFact[] = []
  const troubles: Trouble[] = []
  const warnings: string[] = []
  const exchange = createExchange(
    {
      timeoutMs: 10_000,
      mostAnswerBytes: 1024 * 1024,
      maxInFlight: 10,
      budgetWaitMs: 10_000,
      // Never open: each call tells its own outcome.
      breaker: { errorThresholdPercentage: 100, volumeThreshold: 1_000, windowMs: 10_000, probeEveryMs: 200 },
      userAgent: 'lockstep-test',
      ...config,
    },
    {
      redis,
      prefix,
      onCertificate: (fact) => facts.push(fact),
      onTrouble: (trouble) => troubles.push(trouble),
      onWarning: (warning) => warnings.push(warning),
    },
  )
  onTestFinished(() => exchange.close())
  return {
    gateway: exchange.gateway,
    facts,
    troubles,
    warnings,
    outcome: () =>
      exchange.gateway.sync(mailbox, undefined).then(
        () => 'ok',
        ({ code }: { code: string }) => code,
      ),
  }
}

/** The account of the simulator that may act for all mailboxes. */
export const account = { username: 'CONTOSO\\svc-lockstep', password: 'lockstep' } as const

/** Locks the account, as a directory does after too many wrong passwords. */
export function lock(simulator: Simulator): void {
  simulator.addAccount({
    address: 'svc-lockstep@contoso.example',
    password: 'lockstep',
    impersonates: 'all',
    isLocked: true,
  })
}
