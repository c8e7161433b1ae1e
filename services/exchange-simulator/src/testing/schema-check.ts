import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, type Element, namespaces } from '../xml/element.ts'
import { parseXml } from '../xml/parse.ts'

/*
 * Microsoft's schema may be used but not passed on, so it is no part of this repository: EWS_SCHEMA_DIR says
 * where it is, or it lies in `shared/ews/schema` beside the checkout.
 */
const schemaDirectory =
  process.env['EWS_SCHEMA_DIR'] ?? new URL('../../../../../shared/ews/schema', import.meta.url).pathname
const schema = join(schemaDirectory, 'all.xsd')
const run = promisify(execFile)

/** Whether Microsoft's schema and a validator are at hand. */
export const canValidate = existsSync(schema) && spawnSync('xmllint', ['--version']).status === 0

/** What the schema has against the SOAP documents of a recording; each child of header and body counts. */
export async function schemaViolations(
  recording: string,
): Promise<{ checked: number; violations: string[] }> {
  const parts = mkdtempSync(join(tmpdir(), 'soap-parts-'))
  try {
    const names = readdirSync(recording)
    const violations: string[] = []
    let checked = 0
    for (let index = 0; index < names.length; index += 500) {
      const files = names.slice(index, index + 500).flatMap((name) => split(recording, name, parts))
      checked += files.length
      violations.push(...(await validate(files, parts)))
    }
    return { checked, violations }
  } finally {
    rmSync(parts, { recursive: true })
  }
}

async function validate(files: readonly string[], parts: string): Promise<string[]> {
  if (files.length === 0) return []
  const options = { cwd: parts, maxBuffer: 256 * 1024 * 1024 }
  const words = ['--noout', '--nonet', '--schema', schema, ...files]
  const stderr = await run('xmllint', words, options).then(
    () => undefined,
    (error: Error & { stderr?: string }) => error.stderr ?? error.message,
  )
  if (stderr === undefined) return []
  const complaints = stderr
    .split('\n')
    .filter((line) => line.includes('error :') || line.includes('parser error'))
  return complaints.length > 0 ? complaints : [`xmllint failed: ${stderr.slice(0, 500)}`]
}

function split(recording: string, name: string, parts: string): string[] {
  const envelope = parseXml(readFileSync(join(recording, name), 'utf8'))
  const blocks = ['Header', 'Body'].flatMap((part) => child(envelope, part)?.children ?? [])
  return blocks
    .filter(({ uri }) => uri !== namespaces.soap)
    .map((block, index) => {
      const file = `${name}.${index}.xml`
      writeFileSync(join(parts, file), serialize(block))
      return file
    })
}

/** `within` is the parent: streamed notifications are in another namespace than the schema says, which is known. */
function serialize(element: Element, within?: Element): Xml {
  const isStreamed = element.name === 'Notification' && within?.name === 'Notifications'
  const attributes: Record<string, string> = { xmlns: isStreamed ? namespaces.t : element.uri }
  for (const [name, value] of Object.entries(element.attributes)) {
    // Prefixes of elements are written anew; what names a type in its value still needs its own.
    if (name !== 'xmlns') attributes[name] = value
  }
  return element.children.length > 0
    ? node(
        element.name,
        element.children.map((inner) => serialize(inner, element)),
        attributes,
      )
    : leaf(element.name, element.text, attributes)
}
