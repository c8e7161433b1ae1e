import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canValidate, schemaViolations } from '@lockstep/exchange-simulator/testing'

/** Records the SOAP of every system test, both sides, and holds it against Microsoft's schema when all have run. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (!canValidate) {
    process.stdout.write("The SOAP of this run is not validated: it takes xmllint and Microsoft's schema.\n")
    return undefined
  }
  const recording = await mkdtemp(join(tmpdir(), 'lockstep-test-soap-'))
  process.env['SOAP_RECORDING'] = recording

  return async () => {
    delete process.env['SOAP_RECORDING']
    const { checked, violations } = await schemaViolations(recording)
    await rm(recording, { recursive: true })
    process.stdout.write(
      `${checked} recorded SOAP documents, ${violations.length} violations of the schema\n`,
    )
    if (violations.length === 0) return
    // An error that is thrown here is swallowed.
    process.stdout.write(`${violations.slice(0, 20).join('\n')}\n`)
    process.exitCode = 1
  }
}
