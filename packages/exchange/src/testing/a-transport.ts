import { createSender, type SenderOptions } from '../ews/create-sender.ts'
import { localLogonMemory } from '../ews/logon/logon-memory.ts'
import { createTransport, type Transport } from '../ews/transport.ts'

export type TransportChanges = Partial<SenderOptions> & {
  readonly url: string
  readonly userAgent?: string
  readonly mostAnswerBytes?: number
}

/** A transport as production has it, for one process. */
export function aTransport({
  userAgent = 'test',
  mostAnswerBytes = 1024 * 1024,
  ...changes
}: TransportChanges): Transport {
  const options: SenderOptions = {
    auth: { kind: 'basic', username: 'svc', password: 'pä:ss' },
    timeoutMs: 5_000,
    connections: 4,
    memory: localLogonMemory(),
    ...changes,
  }
  return createTransport({
    sender: createSender(options),
    userAgent,
    timeoutMs: options.timeoutMs,
    mostAnswerBytes,
  })
}
