import { readNotificationAddress } from '@lockstep/connections'
import { type RequestHandler, Router } from 'express'

export type Addressees = {
  /** Those that are served at the moment, by name. */
  connections: ReadonlyMap<string, { notifications: RequestHandler }>
  /** Takes what is sent to any other name. */
  ofNobody: RequestHandler
}

/** Hands a notification on to the connection that its address names. */
export function byNotificationAddress({ connections, ofNobody }: Addressees): Router {
  return Router().post('/exchange/notifications/:token', (request, response, next) => {
    const { connection, token } = readNotificationAddress(request.params.token)
    const notifications = connections.get(connection)?.notifications ?? ofNobody
    request.url = `/exchange/notifications/${token}`
    notifications(request, response, next)
  })
}
