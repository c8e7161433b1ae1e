import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

const run = promisify(execFile)

export type CertificateFiles = { certificate: string; key: string }

/** A company's authority: a folder for the test's files, certificates on demand, all PEM. */
export type Authority = {
  folder: string
  ca: string
  issue(...names: readonly string[]): Promise<CertificateFiles>
}

export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-topology-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = (name: string) => join(folder, name)
  const ca = { certificate: file('ca.pem'), key: file('ca.key') }
  await selfSigned(ca, 'Company CA', ['-addext', 'basicConstraints=critical,CA:TRUE'])

  return {
    folder,
    ca: ca.certificate,
    async issue(...names) {
      const [name = ''] = names
      const issued = { certificate: file(`${name}.pem`), key: file(`${name}.key`) }
      const alternatives = names.map((each) => `${/^[\d.]+$/.test(each) ? 'IP' : 'DNS'}:${each}`)
      const extensions = ['-addext', `subjectAltName=${alternatives.join(',')}`]
      await selfSigned(issued, name, [...extensions, '-CA', ca.certificate, '-CAkey', ca.key])
      return issued
    },
  }
}

async function selfSigned(files: CertificateFiles, name: string, more: readonly string[]): Promise<void> {
  const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const out = ['-keyout', files.key, '-out', files.certificate, '-days', '2', '-subj', `/CN=${name}`]
  await run('openssl', ['req', '-x509', ...keys, ...out, ...more])
}
