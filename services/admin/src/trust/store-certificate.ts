import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { CommandError } from '../terminal.ts'

/** Adds a certificate to a file of PEM, which is made if need be. What is in it stays. */
export function storeCertificate(file: string, pem: string, heading: string): 'added' | 'present' {
  const present = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const blocks = present.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (present.trim() !== '' && blocks.length === 0) {
    throw new CommandError(
      `${file} is no PEM file, so nothing can be added to it: name another with --file, or add the certificate with the tool that made it`,
    )
  }
  const { fingerprint256 } = new X509Certificate(pem)
  if (blocks.some((block) => new X509Certificate(block).fingerprint256 === fingerprint256)) return 'present'
  const start = present === '' || present.endsWith('\n') ? present : `${present}\n`
  write(file, `${start}# ${heading}\n${pem}`)
  return 'added'
}

/** Whoever reads it meanwhile finds the old or the new one whole. */
function write(file: string, text: string): void {
  const fresh = `${file}.new`
  try {
    writeFileSync(fresh, text)
    renameSync(fresh, file)
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    throw new CommandError(`${file} cannot be written (${code})`)
  }
}
