import { readNotificationAddress } from '@lockstep/connections'
import { type RequestHandler, Router } from 'express'
import { unknownToken } from './notifications.ts'

type Connections = ReadonlyMap<string, { notifications: RequestHandler }>

/** Hands a notification on to the connection that its address names. Nobody learns which there are. */
export function byNotificationAddress(connections: Connections): Router {
  return Router().post('/exchange/notifications/:token', (request, response, next) => {
    const { connection, token } = readNotificationAddress(request.params.token)
    const found = connections.get(connection)
    if (!found) throw unknownToken()
    request.url = `/exchange/notifications/${token}`
    found.notifications(request, response, next)
  })
}
