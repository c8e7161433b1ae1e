import type { Store } from '../store/store.ts'
import type { MailboxStates } from '../mailbox-states.ts'
import { answerPox } from './pox.ts'
import { answerSoap } from './soap.ts'

/** Where a client is sent; `base` is scheme, host and port as the client knows them. */
export type DiscoveryContext = {
  readonly store: Store
  readonly states: MailboxStates
  readonly base: string
}

type Responder = (text: string, context: DiscoveryContext) => string

const responders: Readonly<Record<string, Responder>> = {
  '/autodiscover/autodiscover.xml': answerPox,
  '/autodiscover/autodiscover.svc': answerSoap,
}

/** What answers at an Autodiscover path, plain XML (POX) or SOAP; `undefined` for any other path. */
export function autodiscoverAt(path: string): Responder | undefined {
  return responders[path.toLowerCase()]
}
