import { createHash } from 'node:crypto'
import type { Work } from './work.ts'

/** Fixed for ever: the bucket of a mailbox is part of its keys. */
const BUCKETS = 256

const DRY_RUN = '//dry-run/'

/**
 * Where the keys of one connection begin. `default` is where a deployment with one connection keeps everything. No
 * deployment has a slash in its own prefix, and no key of `default` has one there, so nothing of one is found by the other.
 */
export function connectionPrefix(prefix: string, connection: string): string {
  return connection === 'default' ? prefix : `${prefix}/${connection}`
}

/** Where the copy lies that a dry run works on. No connection's name begins with a slash. */
export function dryRunPrefix(prefix: string, run: string): string {
  return `${prefix}${DRY_RUN}${run}`
}

/** Every key of the ledger. No other file knows how a key is made. */
export type Keys = ReturnType<typeof createKeys>

/**
 * All keys of a mailbox, and the due indexes of its bucket, carry the tag of the bucket: one slot of a Redis Cluster,
 * so that one script can change them in one step. What is asked for without knowing the mailbox lies elsewhere.
 */
export function createKeys(prefix: string) {
  if (/[{}]/.test(prefix)) throw new RangeError('The prefix of the ledger may not hold braces')
  const inBucket = (mailboxId: string, rest: string) =>
    `${prefix}:{${bucketOf(mailboxId)}}:${rest}:${mailboxId}`

  return {
    schema: `${prefix}:schema`,
    /** String: a name that the ledger got when it was begun. */
    generation: `${prefix}:generation`,
    /** Hash: address in lower case → mailbox id. */
    addresses: `${prefix}:{mailboxes}:addresses`,
    /** Hash: mailbox id → the mailbox. */
    mailboxes: `${prefix}:{mailboxes}:ids`,
    /** Hash: id of a mailbox that is being erased → since when. */
    leaving: `${prefix}:{mailboxes}:leaving`,
    /** Hash: when the first mailbox was enabled, and whether it turned out that an earlier ledger was lost. */
    beginning: `${prefix}:{mailboxes}:beginning`,
    /** Set: mailboxes that were enabled then and are not listed yet. */
    awaited: `${prefix}:{mailboxes}:awaited`,
    /** Hash: mailbox id → the way by which its changes are heard of. */
    ways: `${prefix}:{mailboxes}:ways`,
    /** What was asked for and came of it, by address: hash, and sorted sets by time. */
    enablings: {
      all: `${prefix}:{mailboxes}:enablings`,
      due: `${prefix}:{mailboxes}:enablings-due`,
      ended: `${prefix}:{mailboxes}:enablings-ended`,
    },
    /** What mailboxes that are listened to have in common. */
    listening: {
      /** Hash: mailbox id → its group. */
      groupOf: `${prefix}:{listening}:groups`,
      /** Hash: group → number of its members. */
      groupSizes: `${prefix}:{listening}:sizes`,
      /** Hash: mailbox id → the subscription that it was last known to have. */
      streamingIds: `${prefix}:{listening}:ids`,
      /** String: who listens to the group; gone when they do not say so again. */
      owner: (group: string) => `${prefix}:{listening}:owner:${group}`,
    },
    /** String: the mailbox that the token with this digest was given out for. */
    token: (digest: string) => `${prefix}:token:${digest}`,
    /** String: what tokens are sealed with. */
    tokenSeal: `${prefix}:{tokens}:seal`,
    /** String: when Exchange called the trial address with the token of this digest; '' until then. */
    probe: (digest: string) => `${prefix}:probe:${digest}`,
    /** Stream and counter of the changes feed. */
    changes: `${prefix}:{changes}:feed`,
    changesSeq: `${prefix}:{changes}:seq`,

    /** Hash: everything about one appointment; its fields are listed in codec/record.ts. */
    appointment: (mailboxId: string, appointmentId: string) => `${inBucket(mailboxId, 'a')}:${appointmentId}`,
    /** String: the values of the appointment that were in conflict when this version was written, sealed, for a while. */
    conflictValues: (mailboxId: string, appointmentId: string, version: number) =>
      `${inBucket(mailboxId, 'k')}:${version}:${appointmentId}`,
    /** The two sorted sets that a due appointment is in: `appointmentsDue` and `mailboxesDue`. */
    dues: (work: 'outbound' | 'deliveries', mailboxId: string): [string, string] => [
      inBucket(mailboxId, work[0]!),
      `${prefix}:{${bucketOf(mailboxId)}}:due:${work}`,
    ],
    /** Sorted set: appointment id by the time at which it is due. */
    appointmentsDue: (work: 'outbound' | 'deliveries', mailboxId: string) => inBucket(mailboxId, work[0]!),
    /** Sorted set: appointment id by the time at which it was deleted, for a while. */
    deletions: (work: 'outbound' | 'deliveries', mailboxId: string) => inBucket(mailboxId, `x${work[0]!}`),
    /** Hash: handle of an item's id or UID → appointment id; `#` → the number of appointments that have an item. */
    handles: (mailboxId: string) => inBucket(mailboxId, 'h'),
    /** Sorted set: an appointment whose item was made and not listed by Exchange yet, by the time of that. */
    unlisted: (mailboxId: string) => inBucket(mailboxId, 'u'),
    /** Sorted set: appointments that are parked as unconfirmed, or were, by the time of that. */
    unconfirmed: (mailboxId: string) => inBucket(mailboxId, 'w'),
    /** Sorted set: appointments that are parked in either direction, or were, by the time of that. */
    parked: (mailboxId: string) => inBucket(mailboxId, 'p'),
    /** Hash: cursor, subscription, refusal and dues of the mailbox. */
    mailbox: (mailboxId: string) => inBucket(mailboxId, 'm'),
    /** Set: handles of the items that a pass over the whole mailbox has listed. */
    listed: (mailboxId: string, startedMs: number) => `${inBucket(mailboxId, 'l')}:${startedMs}`,
    /** Set: appointments that such a pass found to differ. */
    differing: (mailboxId: string, startedMs: number) => `${inBucket(mailboxId, 'f')}:${startedMs}`,
    /** Hash: how many were mailed in the hour that begins then. */
    mails: (mailboxId: string, hourMs: number) => `${inBucket(mailboxId, 'q')}:${hourMs}`,
    /** Hash: what is set for the mailbox, or for the connection. */
    settings: (mailboxId?: string) =>
      mailboxId === undefined ? `${prefix}:{mailboxes}:settings` : inBucket(mailboxId, 's'),
    /** List: who changed what of that, the newest first. */
    settingsChanges: (mailboxId?: string) =>
      mailboxId === undefined ? `${prefix}:{mailboxes}:settings-changes` : inBucket(mailboxId, 'c'),
    /** Stream: the newest steps of the mailbox's appointments. */
    trail: (mailboxId: string) => inBucket(mailboxId, 't'),
    /** Sorted set: mailbox id by the time at which anything of it is due. One for each bucket. */
    mailboxesDue: (work: Work, mailboxId: string) => `${prefix}:{${bucketOf(mailboxId)}}:due:${work}`,
    /** Hash: how far the newest dry run of the mailbox is, and what it counted. */
    dryRun: (mailboxId: string) => inBucket(mailboxId, 'y'),
    /** List: what that says of each appointment. */
    dryRunEntries: (mailboxId: string) => inBucket(mailboxId, 'z'),
    /** Set: kinds of the keys of a mailbox of which there is one, and kinds and rests of the others, that were copied. */
    copied: (mailboxId: string) => inBucket(mailboxId, 'g'),
    /** A key of the mailbox by such a name. */
    ofMailbox: (mailboxId: string, name: string) => {
      const [kind = '', ...rest] = name.split(':')
      return [inBucket(mailboxId, kind), ...rest].join(':')
    },
    /** How all keys of a mailbox are found, those of dry runs too: by a pattern, and a closer look. */
    allOfMailbox: (mailboxId: string) => {
      const bucket = `:{${bucketOf(mailboxId)}}:`
      return {
        scanned: `${literally(prefix)}*${bucket}*:${mailboxId}*`,
        isOurs: (key: string) => {
          const [place = '', rest = ''] = key.split(bucket)
          const isPlace = place === prefix || place.startsWith(`${prefix}${DRY_RUN}`)
          return isPlace && rest.split(':')[1] === mailboxId
        },
      }
    },
    allTokens: `${literally(prefix)}:token:*`,
    allMailboxesDue: (work: Work) =>
      Array.from({ length: BUCKETS }, (_, bucket) => `${prefix}:{${tag(bucket)}}:due:${work}`),
  }
}

/** A short stand-in for an item's id, which is some 150 characters long. */
export function itemHandle(itemId: string): string {
  return sha256(`item ${itemId}`)
}

/** The same for its UID, which Exchange gives back in either case. */
export function uidHandle(uid: string): string {
  return sha256(`uid ${uid.toLowerCase()}`)
}

/** 128 bits in 22 characters. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** As a pattern that matches this text alone. */
function literally(text: string): string {
  return text.replaceAll(/[*?[\]\\^]/g, String.raw`\$&`)
}

function bucketOf(mailboxId: string): string {
  return tag(createHash('sha256').update(mailboxId).digest()[0]! % BUCKETS)
}

function tag(bucket: number): string {
  return `b${String(bucket).padStart(3, '0')}`
}
