import type { Simulator } from '@lockstep/exchange-simulator'
import { soapClient } from '@lockstep/exchange-simulator/testing'
import { expect } from 'vitest'

export type Answer = 'AcceptItem' | 'TentativelyAcceptItem' | 'DeclineItem'

/** What people do with the meetings that they are invited to. */
export function inOutlook({ url, calendarOf }: Simulator) {
  const call = soapClient(url)
  const copyOf = (address: string, subject: string) =>
    calendarOf(address).find((item) => item.subject === subject && !item.isOrganizer)
  const respond = async (address: string, subject: string, element: string, inner = '') => {
    const reference = `<t:ReferenceItemId Id="${copyOf(address, subject)!.itemId}"/>`
    const operation = `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:${element}>${inner}${reference}</t:${element}></m:Items></m:CreateItem>`
    const { text } = await call(operation, { impersonate: address })
    expect(text).toContain('ResponseClass="Success"')
  }
  return {
    copyOf,
    answer: (address: string, subject: string, answer: Answer) => respond(address, subject, answer),
    forward: (address: string, subject: string, to: string) => {
      const mailbox = `<t:Mailbox><t:EmailAddress>${to}</t:EmailAddress></t:Mailbox>`
      return respond(address, subject, 'ForwardItem', `<t:ToRecipients>${mailbox}</t:ToRecipients>`)
    },
  }
}
