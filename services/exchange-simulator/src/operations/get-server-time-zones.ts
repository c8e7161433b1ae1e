import { parseBoolean } from '../calendar/field.ts'
import { zoneDefinition } from '../calendar/zone-definition.ts'
import { allWindowsZones, displayNameOf, windowsZone } from '../calendar/zones.ts'
import { node, type Xml } from '../xml/build.ts'
import { child, type Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import type { Context } from './context.ts'
import { checkOrder, requiredList } from './request.ts'

const operation = 'GetServerTimeZones'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getservertimezones-operation */
export function getServerTimeZones(request: Element, context: Context): Xml {
  checkOrder(request, 'Ids')
  const isFull = parseBoolean(request.attributes['ReturnFullTimeZoneData'] ?? 'true')
  const asked = child(request, 'Ids') && requiredList(request, 'Ids').map(({ text }) => text.trim())
  const filler = node('m:TimeZoneDefinitions', '')
  const act = (): Xml => {
    const zones = asked?.flatMap((id) => windowsZone(id) ?? []) ?? allWindowsZones
    const written = zones.map((id) =>
      isFull
        ? zoneDefinition('TimeZoneDefinition', id)
        : node('t:TimeZoneDefinition', '', { Id: id, Name: displayNameOf(id) }),
    )
    return success(operation, node('m:TimeZoneDefinitions', written))
  }
  return respond(operation, [attempt(operation, context, undefined, act, filler)])
}
