import { mailHourOf } from '@lockstep/domain'
import type { Store } from './store.ts'

export type MailCount = {
  /** Recipients that were mailed in this hour. */
  readonly recipients: number
  /** Whether something waits for the next hour because no more may be mailed in this one. */
  readonly isExhausted: boolean
}

export type MailLedger = {
  mailsOf(mailboxId: string, nowMs: number): Promise<MailCount>
  /** Counts recipients that are about to be mailed, or fewer again if they were not. Says how many it is with them. */
  countMails(mailboxId: string, recipients: number, nowMs: number): Promise<number>
  /** Notes that something waits for the next hour. Says whether it is the first of this one. */
  exhaustMails(mailboxId: string, nowMs: number): Promise<boolean>
}

const KEPT_MS = 2 * 3_600_000

export function createMails({ keys, pipeline, send }: Store): MailLedger {
  const keyOf = (mailboxId: string, nowMs: number) => keys.mails(mailboxId, mailHourOf(nowMs).startMs)
  return {
    async mailsOf(mailboxId, nowMs) {
      const { n, x } = await send((redis) => redis.hgetall(keyOf(mailboxId, nowMs)))
      return { recipients: Number(n ?? 0), isExhausted: x !== undefined }
    },
    async countMails(mailboxId, recipients, nowMs) {
      const [counted] = await pipeline((commands) => {
        commands.hincrby(keyOf(mailboxId, nowMs), 'n', recipients)
        commands.pexpire(keyOf(mailboxId, nowMs), KEPT_MS)
      })
      return Number(counted)
    },
    async exhaustMails(mailboxId, nowMs) {
      const [isFirst] = await pipeline((commands) => {
        commands.hsetnx(keyOf(mailboxId, nowMs), 'x', 1)
        commands.pexpire(keyOf(mailboxId, nowMs), KEPT_MS)
      })
      return isFirst === 1
    },
  }
}
