import { expect, test } from 'vitest'
import { z } from 'zod'
import { exchangeConfig, exchangeVariables } from './exchange-variables.ts'

const schema = z.object(exchangeVariables)
const needed = { EWS_URL: 'https://mail/EWS/Exchange.asmx', EWS_USERNAME: 'svc', EWS_PASSWORD: 'secret' }

test('three variables are enough', () => {
  expect(exchangeConfig(schema.parse(needed))).toEqual({
    url: 'https://mail/EWS/Exchange.asmx',
    auth: { kind: 'basic', username: 'svc', password: 'secret' },
    timeoutMs: 60_000,
    maxInFlight: 10,
    budgetWaitMs: 30_000,
    breaker: { errorThresholdPercentage: 50, volumeThreshold: 3, windowMs: 10_000, probeEveryMs: 2_000 },
  })
})

test('a private authority is read from its file', () => {
  const file = new URL('./ews/fixtures/localhost.cert.pem', import.meta.url).pathname
  expect(exchangeConfig(schema.parse({ ...needed, EWS_CA_FILE: file })).ca).toContain('BEGIN CERTIFICATE')
})

test.each([
  { EWS_URL: 'mail' },
  { EWS_AUTH: 'ntlm' },
  { EWS_MAX_IN_FLIGHT: '0' },
  { EWS_TIMEOUT_SECONDS: 'long' },
  { BREAKER_ERROR_PERCENTAGE: '101' },
])('%j is refused', (wrong) => {
  expect(schema.safeParse({ ...needed, ...wrong }).success).toBe(false)
})
