import type { DiscoveryContext } from './discovery-context.ts'
import { answerPox } from './pox.ts'
import { answerSoap } from './soap.ts'

type Responder = (text: string, context: DiscoveryContext) => string

const responders: Readonly<Record<string, Responder>> = {
  '/autodiscover/autodiscover.xml': answerPox,
  '/autodiscover/autodiscover.svc': answerSoap,
}

/** What answers at an Autodiscover path, plain XML (POX) or SOAP; `undefined` for any other path. */
export function autodiscoverAt(path: string): Responder | undefined {
  return responders[path.toLowerCase()]
}
