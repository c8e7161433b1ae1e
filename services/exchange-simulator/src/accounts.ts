/** Somebody who can log on. Most have a mailbox; a service account may act for others. */
export type AccountOptions = {
  /** An application has its client id here. */
  readonly address: string
  /** Without one neither Basic nor NTLM lets the account in. */
  readonly password?: string
  readonly name?: string
  /** Locked by the directory: no password lets it in, and nobody is told why. */
  readonly isLocked?: boolean
  /** The mailboxes that the account may act for: all, or those listed. */
  readonly impersonates?: 'all' | readonly string[]
  /** Makes it an application: it gets tokens for itself, has no mailbox, and must always impersonate. */
  readonly application?: ApplicationOptions
}

export type ApplicationOptions = {
  readonly secrets?: readonly string[]
  readonly expiredSecrets?: readonly string[]
  /** Certificates or public keys (PEM) with which its assertions are checked. */
  readonly certificates?: readonly string[]
}

export type Accounts = ReadonlyMap<string, AccountOptions>

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
  {
    address: '0b7c2f3e-51a4-4d0e-9d52-6f1f4c5f7a10',
    name: 'Lockstep Application',
    impersonates: 'all',
    application: { secrets: ['lockstep'] },
  },
]

export function mayActFor(account: AccountOptions, address: string): boolean {
  const { impersonates } = account
  if (impersonates === 'all') return true
  return impersonates?.some((scoped) => scoped.toLowerCase() === address.toLowerCase()) ?? false
}

/** Finds who is meant: a user name comes as an address, as DOMAIN\name, or as the bare name. */
export function findAccount(accounts: Accounts, user: string): AccountOptions | undefined {
  const name = user.slice(user.lastIndexOf('\\') + 1).toLowerCase()
  return (
    accounts.get(name) ??
    [...accounts.values()].find(({ address }) => address.toLowerCase().split('@')[0] === name)
  )
}
