import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { readText } from '../http/read-text.ts'
import { answer } from '../soap/envelope.ts'
import { leaf } from '../xml/build.ts'
import { child, childText, descend, type Element, namespaces } from '../xml/element.ts'
import { parseXml } from '../xml/parse.ts'

export type PushListener = {
  readonly url: string
  /** What came in, in order: the kind of each event with the item it names. */
  readonly events: { kind: string; itemId: string | undefined; subscriptionId: string | undefined }[]
  /** How to answer from now on; a number is an HTTP status. */
  answerWith(status: 'OK' | 'Unsubscribe' | number): void
}

/** A listener such as a client of push notifications has. */
export async function startPushListener(): Promise<PushListener> {
  const events: PushListener['events'] = []
  let status: 'OK' | 'Unsubscribe' | number = 'OK'
  const server = createServer((request, response) => {
    void readText(request, 1024 * 1024).then((text) => {
      events.push(...eventsIn(parseXml(text)))
      if (typeof status === 'number') return response.writeHead(status).end()
      return response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' }).end(resultOf(status))
    })
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    events,
    answerWith: (given) => {
      status = given
    },
  }
}

function eventsIn(envelope: Element): PushListener['events'] {
  const path = [
    'Body',
    'SendNotification',
    'ResponseMessages',
    'SendNotificationResponseMessage',
    'Notification',
  ]
  const notification = descend(envelope, ...path)
  if (!notification) throw new Error('no notification')
  const subscriptionId = childText(notification, 'SubscriptionId')
  return notification.children
    .filter(({ name }) => name.endsWith('Event'))
    .map((event) => ({ kind: event.name, itemId: child(event, 'ItemId')?.attributes['Id'], subscriptionId }))
}

function resultOf(status: string): string {
  const body = answer('SendNotificationResult', leaf('m:SubscriptionStatus', status))
  return `<s:Envelope xmlns:s="${namespaces.soap}"><s:Body>${body}</s:Body></s:Envelope>`
}
