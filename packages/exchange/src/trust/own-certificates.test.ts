import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openOwnCertificates } from './own-certificates.ts'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
const application = {
  kind: 'oauth',
  authority: 'https://login.example/contoso',
  clientId: 'id',
  scope: 'https://outlook.office365.com/.default',
} as const
const endMs = Date.now() + 10.5 * 86_400_000

test('tells when the client secret ends, if somebody said so, and nothing of it', () => {
  const auth = { ...application, proof: { secret: 'hush', endMs } }
  const own = openOwnCertificates({ auth, trust: { authorities: { file: fixture('ca.pem') } } })()
  expect(own.map(({ use }) => use)).toEqual(['authority', 'secret'])
  expect(own[1]).toMatchObject({ use: 'secret', validToMs: endMs, daysLeft: 10 })
  expect(JSON.stringify(own)).not.toContain('hush')
  expect(openOwnCertificates({ auth: { ...application, proof: { secret: 'hush' } } })()).toEqual([])
})

test('tells when the certificate of the application ends', () => {
  const proof = { certificate: { file: fixture('client.both.pem') } }
  expect(openOwnCertificates({ auth: { ...application, proof } })()).toMatchObject([{ use: 'oauth' }])
})
