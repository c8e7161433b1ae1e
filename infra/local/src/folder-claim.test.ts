import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { claimFolder } from './folder-claim.ts'
import { runs } from './testing/runs.ts'

test('what a crashed owner left behind is ended', async () => {
  const { dir, owner, member } = await setUp()
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  expect(runs(member)).toBe(true)

  const said: string[] = []
  await claimFolder(dir, (line) => void said.push(line))
  await eventually(() => expect(runs(member)).toBe(false))
  expect(said).toEqual([`Ending what an earlier run left behind: process ${member}`])
})

test('what a living owner uses is left alone', async () => {
  const { dir, owner, member } = await setUp()
  await expect(claimFolder(dir, () => {})).rejects.toThrow(
    `${dir} is in use by process ${owner.pid}. Stop that first.`,
  )
  expect(runs(member)).toBe(true)
})

/** A process that claims a folder and starts another one there. */
async function setUp() {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-claim-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const module = JSON.stringify(new URL('folder-claim.ts', import.meta.url).href)
  const program = `import { spawn } from 'node:child_process'
    import { claimFolder } from ${module}
    const claim = await claimFolder(${JSON.stringify(dir)}, console.error)
    const member = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    await claim.add(member.pid)
    console.log(member.pid)`
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [bytes] = (await once(owner.stdout, 'data')) as [Buffer]
  const member = Number(bytes.toString())
  onTestFinished(() => {
    owner.kill('SIGKILL')
    if (runs(member)) process.kill(member, 'SIGKILL')
  })
  return { dir, owner, member }
}
