/** Somebody, or a list of people, that the organisation's address book knows. */
export type DirectoryEntry = {
  readonly name: string
  readonly address: string
  /** Only of a distribution list. */
  readonly members?: readonly string[]
}

export type DistributionList = DirectoryEntry & { readonly members: readonly string[] }

/** The address book: the mailboxes and the distribution lists. */
export class Directory {
  readonly #people: () => readonly DirectoryEntry[]
  readonly #lists = new Map<string, DistributionList>()

  constructor(people: () => readonly DirectoryEntry[]) {
    this.#people = people
  }

  addList(list: DistributionList): void {
    this.#lists.set(list.address.toLowerCase(), list)
  }

  /** Everybody whose address, alias or a word of whose name begins with `text`; an address finds its owner only. */
  search(text: string): DirectoryEntry[] {
    const wanted = text.replace(/^smtp:/i, '').toLowerCase()
    const all = [...this.#people(), ...this.#lists.values()]
    const exact = all.filter(({ address, name }) =>
      [address.toLowerCase(), name.toLowerCase()].includes(wanted),
    )
    if (exact.length > 0) return exact
    return all.filter(
      ({ address, name }) =>
        address.toLowerCase().startsWith(wanted) ||
        name.toLowerCase().startsWith(wanted) ||
        name
          .toLowerCase()
          .split(/\s+/)
          .some((word) => word.startsWith(wanted)),
    )
  }

  /** The people behind an address: the members of a list and of lists in it, or the address itself. */
  expand(address: string, seen = new Set<string>()): string[] {
    const key = address.toLowerCase()
    if (seen.has(key)) return []
    seen.add(key)
    const list = this.#lists.get(key)
    return list ? list.members.flatMap((member) => this.expand(member, seen)) : [address]
  }
}
