import { readFileSync } from 'node:fs'
import { createLogger } from '@lockstep/runtime'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { runLockstep } from '../support/lockstep-command.ts'
import { startTlsBridge } from '../support/relay.ts'
import { alice, startSystem } from '../support/system.ts'

const fixture = (name: string) =>
  new URL(`../../packages/exchange/src/trust/fixtures/${name}`, import.meta.url).pathname
/** The same authority in each. */
const files = ['ca.pem', 'ca.der', 'ca.cer', 'ca.jks', 'ca.java.p12']

describe('the authority of Exchange', () => {
  test('is taken from PEM, DER, Base-64, a Java keystore and PKCS#12 by the workers and the command', async () => {
    const { system, trusting } = await setUp('server')
    for (const [index, name] of files.entries()) {
      const env = trusting({ EWS_CA_FILE: fixture(name), EWS_CA_PASSWORD: 'changeit' })
      const { facts } = await runLockstep(['doctor', '--mailbox', alice, '--wait', '5', '--json'], { env })
      expect({ name, failed: facts.filter(({ outcome }) => outcome === 'failed') }).toEqual({
        name,
        failed: [],
      })

      await system.startWorker('outbound')
      await system.send(
        event({ id: `A${index}`, version: 1, mailbox: alice }, appointment({ subject: name })),
      )
      await system.settled(alice, `A${index}`, 1)
      await system.stopWorker('outbound')
    }
    expect(system.simulator.calendarOf(alice).map(({ subject }) => subject)).toEqual(files)
  })

  test.each([
    ['is not known', 'server', {}, 'TLS_UNKNOWN_AUTHORITY'],
    ['is known, but the name is another', 'elsewhere', { EWS_CA_FILE: fixture('ca.jks') }, 'TLS_WRONG_HOST'],
    [
      'is known, but the certificate has expired',
      'expired',
      { EWS_CA_FILE: fixture('ca.jks') },
      'TLS_EXPIRED',
    ],
  ] as const)('%s: nothing is sent, and the log says what to do', async (_, certificate, trust, code) => {
    const { system, trusting, troubles } = await setUp(certificate)
    trusting({ ...trust, EWS_CA_PASSWORD: 'changeit' })
    await system.startWorker('outbound')
    await system.send(event({ id: 'A1', version: 1, mailbox: alice }, appointment({})))
    await eventually(() => expect(troubles()).toContainEqual(expect.objectContaining({ code })))
    expect(troubles()[0]).toMatchObject({ mend: expect.stringMatching(/certificate|name/) })
    expect(await system.state(alice, 'A1')).toMatchObject({ state: 'pending' })
    expect(system.simulator.calls).toEqual({})
  })
})

/** A system whose Exchange shows one of the certificates of packages/exchange. */
async function setUp(certificate: 'server' | 'elsewhere' | 'expired') {
  const lines: Record<string, unknown>[] = []
  const log = createLogger('test', 'info', { write: (line) => void lines.push(JSON.parse(line)) })
  const system = await startSystem({ without: ['inbound', 'outbound'], simulator: { httpsPort: 0 }, log })
  const { url, ca } = system.simulator.secure!
  const cert = readFileSync(fixture(`${certificate}.pem`), 'utf8')
  const key = readFileSync(fixture(`${certificate}.key.pem`), 'utf8')
  const { port } = await startTlsBridge(url, { cert, key }, ca)
  const shown = { EWS_URL: `https://localhost:${port}${new URL(url).pathname}` }
  return {
    system,
    troubles: () => lines.filter(({ mend }) => mend !== undefined),
    trusting: (trust: Record<string, string>) => {
      system.restartWith({ ...shown, ...trust })
      return system.env
    },
  }
}
