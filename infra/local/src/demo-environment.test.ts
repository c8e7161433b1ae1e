import { expect, test } from 'vitest'
import { demoVariables, environmentFor } from './demo-environment.ts'
import { services } from './services.ts'
import { readSettings } from './settings.ts'

const { ports } = readSettings({}, '/repository')
const keys = { fingerprintKey: 'f1', webhookSecret: 'whsec_1' }
const all = demoVariables({ redisUrl: 'redis://127.0.0.1:7000', folder: '/data', ports, keys })
const of = (name: string, inherited: NodeJS.ProcessEnv = {}) =>
  environmentFor(services.find((service) => service.name === name)!.variables, all, inherited)

test('the parts find each other', () => {
  expect(all).toMatchObject({
    EWS_URL: 'http://127.0.0.1:8090/EWS/Exchange.asmx',
    INGRESS_PUBLIC_URL: 'http://127.0.0.1:8080',
    APPLICATION_WEBHOOK_URL: 'http://127.0.0.1:8081/lockstep/changes',
    LOCKSTEP_URL: 'http://127.0.0.1:8080',
    SIMULATOR_CONTROL_URL: 'http://127.0.0.1:8091',
  })
  expect(all.PRODUCER_API_KEYS.split(',')).toContain(all.LOCKSTEP_API_KEY)
})

test('a service is not given what it does not need', () => {
  expect(of('sample-application')).not.toHaveProperty('REDIS_URL')
  expect(of('sample-application')).not.toHaveProperty('EWS_PASSWORD')
  expect(of('sample-application', { EWS_PASSWORD: 'real' })).not.toHaveProperty('EWS_PASSWORD')
  expect(of('exchange-simulator')).not.toHaveProperty('FINGERPRINT_KEY')
  expect(of('outbound-worker')).not.toHaveProperty('APPLICATION_WEBHOOK_SECRET')
})

test('every variable of the demo is read by somebody', () => {
  const read = new Set(services.flatMap(({ variables }) => [...variables]))
  expect(Object.keys(all).filter((name) => !read.has(name as keyof typeof all))).toEqual([])
})

test('what the user sets outranks the demo, also from a file; the rest of the environment passes', () => {
  expect(
    of('outbound-worker', { EWS_URL: 'https://mail.contoso.example/EWS/Exchange.asmx' })['EWS_URL'],
  ).toBe('https://mail.contoso.example/EWS/Exchange.asmx')
  expect(of('outbound-worker', { EWS_PASSWORD_FILE: '/secret' })).not.toHaveProperty('EWS_PASSWORD')
  expect(of('outbound-worker', { PATH: '/bin' })['PATH']).toBe('/bin')
})

test('two parts on one port are refused', () => {
  expect(() => readSettings({ INGRESS_PORT: '8090' }, '/repository')).toThrow(
    'INGRESS_PORT and SIMULATOR_PORT are both 8090. Set one of them to another port.',
  )
})
