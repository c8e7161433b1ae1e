import { XhrApi } from '@ewsjs/xhr'
import * as Ews from 'ews-javascript-api'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import util from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { alice, setUp } from '../testing/set-up.ts'

// The package wants a function that Node no longer has.
Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined })

test.each(['http', 'https'])('its own transport logs on with NTLM over %s', async (scheme) => {
  const { simulator } = await setUp({ httpsPort: 0, authentication: { schemes: ['ntlm'] } })
  const service = new Ews.ExchangeService(Ews.ExchangeVersion.Exchange2013_SP1, Ews.TimeZoneInfo.Utc)
  const { url, ca } = scheme === 'https' ? simulator.secure! : { url: simulator.url, ca: undefined }
  service.Url = new Ews.Uri(url)
  service.Credentials = new Ews.WebCredentials('svc-lockstep', 'lockstep')
  if (ca) trust(ca)
  service.XHRApi = new XhrApi().useNtlmAuthentication(String.raw`CONTOSO\svc-lockstep`, 'lockstep')
  service.ImpersonatedUserId = new Ews.ImpersonatedUserId(Ews.ConnectingIdType.SmtpAddress, alice)
  const appointment = new Ews.Appointment(service)
  appointment.Subject = 'Site visit'
  appointment.Start = new Ews.DateTime(Date.UTC(2027, 5, 14, 12))
  appointment.End = new Ews.DateTime(Date.UTC(2027, 5, 14, 13))
  await appointment.Save(Ews.SendInvitationsMode.SendToNone)
  expect((await Ews.Appointment.Bind(service, appointment.Id)).Subject).toBe('Site visit')
  expect(simulator.calendarOf(alice)).toMatchObject([{ subject: 'Site visit' }])
})

// The transport makes agents of its own and takes no CA for them.
function trust(ca: string): void {
  const before = getCACertificates()
  setDefaultCACertificates([...before, ca])
  onTestFinished(() => setDefaultCACertificates(before))
}
