import { timingSafeEqual } from 'node:crypto'

/** Somebody who can log on. Most have a mailbox; a service account may act for others. */
export type AccountOptions = {
  readonly address: string
  readonly password: string
  readonly name?: string
  /** The mailboxes that the account may act for: all, or those listed. */
  readonly impersonates?: 'all' | readonly string[]
}

export const defaultAccounts: readonly AccountOptions[] = [
  { address: 'alice@contoso.example', password: 'lockstep', name: 'Alice Adams' },
  { address: 'bob@contoso.example', password: 'lockstep', name: 'Bob Brown' },
  { address: 'carol@contoso.example', password: 'lockstep', name: 'Carol Clark' },
  {
    address: 'svc-lockstep@contoso.example',
    password: 'lockstep',
    name: 'Lockstep Service',
    impersonates: 'all',
  },
]

/** Finds the account of a Basic Authorization header; `undefined` if there is none or the password is wrong. */
export function authenticate(
  accounts: ReadonlyMap<string, AccountOptions>,
  authorization: string | undefined,
): AccountOptions | undefined {
  const [scheme, encoded] = (authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || !encoded) return undefined
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  const account = findAccount(accounts, decoded.slice(0, colon))
  return account && isSame(decoded.slice(colon + 1), account.password) ? account : undefined
}

export function mayActFor(account: AccountOptions, address: string): boolean {
  const { impersonates } = account
  if (impersonates === 'all') return true
  return impersonates?.some((scoped) => scoped.toLowerCase() === address.toLowerCase()) ?? false
}

// A user name comes as an address, as DOMAIN\name, or as the bare name.
function findAccount(
  accounts: ReadonlyMap<string, AccountOptions>,
  user: string,
): AccountOptions | undefined {
  const name = user.slice(user.lastIndexOf('\\') + 1).toLowerCase()
  return (
    accounts.get(name) ??
    [...accounts.values()].find(({ address }) => address.toLowerCase().split('@')[0] === name)
  )
}

function isSame(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)]
  return left.length === right.length && timingSafeEqual(left, right)
}
