/** One call as it went over the wire, for people to look at. */
export type Exchange = ExchangeSummary & { readonly request: string; readonly answer: string }

export type ExchangeSummary = {
  readonly id: number
  readonly at: number
  readonly ms: number
  readonly operation: string
  readonly account: string
  readonly mailbox: string
  readonly status: number
  /** The first response code that is no success, else `NoError`; what broke the call where no SOAP came back. */
  readonly outcome: string
}

/** As it is kept: what nobody asks for is not worked out. */
type Kept = Omit<Exchange, 'outcome'> & { readonly outcome?: string }

const mostKept = 500
const mostCharacters = 16 * 1024 * 1024

/** Keeps the last exchanges in memory. */
export class Exchanges {
  readonly #kept: Kept[] = []
  #characters = 0
  #lastId = 0

  add(exchange: Omit<Kept, 'id'>): void {
    const kept = { ...exchange, id: ++this.#lastId }
    this.#kept.push(kept)
    this.#characters += sizeOf(kept)
    while (this.#kept.length > mostKept || this.#characters > mostCharacters) {
      this.#characters -= sizeOf(this.#kept.shift()!)
    }
  }

  /** The newest first; `search` looks into everything, content included. */
  list(search = ''): ExchangeSummary[] {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean)
    return this.#kept
      .filter((exchange) => words.every((word) => holds(exchange, word)))
      .map(summaryOf)
      .reverse()
  }

  get(id: number): Exchange | undefined {
    const kept = this.#kept.find((exchange) => exchange.id === id)
    return kept && { ...kept, outcome: outcomeOf(kept) }
  }

  /** The number of the newest. */
  get lastId(): number {
    return this.#lastId
  }

  clear(): void {
    this.#kept.length = 0
    this.#characters = 0
  }
}

function outcomeOf({ outcome, answer }: Kept): string {
  if (outcome !== undefined) return outcome
  for (const [, code] of answer.matchAll(/ResponseCode(?: [^>]*)?>(\w+)</g)) {
    if (code && code !== 'NoError') return code
  }
  return answer === '' ? 'no answer' : 'NoError'
}

function holds(kept: Kept, word: string): boolean {
  const { operation, account, mailbox, request, answer } = kept
  return [operation, account, mailbox, outcomeOf(kept), request, answer].some((text) =>
    text.toLowerCase().includes(word),
  )
}

function summaryOf(kept: Kept): ExchangeSummary {
  const { request: _request, answer: _answer, ...summary } = kept
  return { ...summary, outcome: outcomeOf(kept) }
}

function sizeOf({ request, answer }: Kept): number {
  return request.length + answer.length
}
