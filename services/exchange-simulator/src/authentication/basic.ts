import { createHash, timingSafeEqual } from 'node:crypto'
import { type AccountOptions, type Accounts, findAccount } from '../accounts.ts'

/** Finds the account of Basic credentials; `undefined` if there is none or the password is wrong. */
export function readBasic(accounts: Accounts, encoded: string): AccountOptions | undefined {
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 0) return undefined
  const account = findAccount(accounts, decoded.slice(0, colon))
  return account && isPassword(account, decoded.slice(colon + 1)) ? account : undefined
}

function isPassword({ password, isLocked }: AccountOptions, given: string): boolean {
  return password !== undefined && !isLocked && isSameText(given, password)
}

/** Compares without telling by its time where two texts differ. */
export function isSameText(left: string, right: string): boolean {
  const [one, other] = [left, right].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(one!, other!)
}
