import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const schema = z.strictObject({
  /** What fingerprints of appointments are made with. Another key, and every appointment looks changed. */
  fingerprintKey: z.string(),
  /** What changes to the application are signed with. */
  webhookSecret: z.string(),
})

export type Keys = z.output<typeof schema>

/** The keys of this deployment: made at the first start, the same ever after. */
export async function keysIn(folder: string): Promise<Keys> {
  const file = join(folder, 'keys.json')
  await mkdir(folder, { recursive: true })
  const made: Keys = {
    fingerprintKey: randomBytes(32).toString('hex'),
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
  }
  try {
    await writeFile(file, `${JSON.stringify(made, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 })
    return made
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return schema.parse(JSON.parse(await readFile(file, 'utf8')))
  }
}
