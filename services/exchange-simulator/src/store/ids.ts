import { randomBytes } from 'node:crypto'

/*
 * Ids are laid out as Exchange lays them out, since clients cut, compare and store them:
 * an ItemId is 152 base64 characters, a FolderId 120, a ChangeKey 40, a UID 112 hex digits.
 */

const storeProvider = Buffer.from('cbcc34814a6a4244b237b8c846459430', 'hex')
const uidHeader = '040000008200E00074C5B7101A82E008'
const ticksBefore1970 = 116_444_736_000_000_000n

/** Makes the ids of one mailbox. `guid` is the mailbox's, in its dashed form. */
export type MailboxIds = {
  itemId(folderNumber: number, itemNumber: number): string
  folderId(folderNumber: number): string
}

export function createMailboxIds(guid: string): MailboxIds {
  const replica = Buffer.from(guid.replaceAll('-', ''), 'hex')
  const prefix = (entryLength: number): Buffer =>
    Buffer.concat([
      Buffer.from([0, 3, 0x24, 0]),
      Buffer.from(guid, 'ascii'),
      Buffer.from([0, entryLength, 0]),
    ])
  const folderEntry = (type: number, folder: number): Buffer =>
    Buffer.concat([
      Buffer.alloc(4),
      storeProvider,
      Buffer.from([type, 0]),
      replica,
      counter(folder),
      Buffer.alloc(2),
    ])
  const itemPrefix = prefix(70)
  const folderPrefix = prefix(46)

  return {
    itemId: (folder, item) =>
      Buffer.concat([itemPrefix, folderEntry(7, folder), replica, counter(item), Buffer.alloc(2)]).toString(
        'base64',
      ),
    folderId: (folder) => Buffer.concat([folderPrefix, folderEntry(1, folder)]).toString('base64'),
  }
}

/** The change key of an item's `change`-th state in this store. */
export function changeKeyOf(replica: string, change: number): string {
  const guid = Buffer.from(replica.replaceAll('-', ''), 'hex')
  return Buffer.concat([Buffer.from([0x0f, 0, 0, 0, 22, 0, 0, 0]), guid, counter(change)]).toString('base64')
}

export function folderChangeKeyOf(change: number): string {
  return Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.alloc(14), counter(change)]).toString('base64')
}

/** Whether a text could be an ItemId at all, as opposed to one that names nothing (any more). */
export function isWellFormedId(id: string): boolean {
  if (id.length < 64 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(id)) return false
  const bytes = Buffer.from(id, 'base64')
  return bytes[0] === 0 && bytes[1] === 3
}

/** A new UID: the hex form of a GlobalObjectId. */
export function createUid(nowMs: number): string {
  const created = Buffer.alloc(8)
  created.writeBigUInt64LE(BigInt(nowMs) * 10_000n + ticksBefore1970)
  const data = randomBytes(16)
  return `${uidHeader}00000000${hex(created)}000000000000000010000000${hex(data)}`
}

/** The CleanGlobalObjectId of a UID, which need not be one that Exchange made. */
export function cleanGlobalObjectId(uid: string): string {
  if (isGlobalObjectId(uid)) {
    return Buffer.from(`${uid.slice(0, 32)}00000000${uid.slice(40)}`, 'hex').toString('base64')
  }
  const foreign = Buffer.concat([
    Buffer.from('vCal-Uid\u0001\0\0\0', 'latin1'),
    Buffer.from(`${uid}\0`, 'utf8'),
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(foreign.length)
  return Buffer.concat([Buffer.from(uidHeader, 'hex'), Buffer.alloc(20), length, foreign]).toString('base64')
}

/** The UID that a GlobalObjectId (base64) stands for; upper case where it is one that Exchange made. */
export function uidOfGlobalObjectId(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  const marker = bytes.indexOf('vCal-Uid', 40, 'latin1')
  if (marker === 40) return bytes.subarray(marker + 12, -1).toString('utf8')
  const text = hex(bytes)
  return `${text.slice(0, 32)}00000000${text.slice(40)}`
}

function isGlobalObjectId(uid: string): boolean {
  return (
    uid.length >= 80 &&
    uid.length % 2 === 0 &&
    /^[0-9A-Fa-f]+$/.test(uid) &&
    uid.toUpperCase().startsWith(uidHeader)
  )
}

function counter(value: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(value, 0, 6)
  return bytes
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase()
}
