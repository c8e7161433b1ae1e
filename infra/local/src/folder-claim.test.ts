import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { claimFolder } from './folder-claim.ts'
import { running } from './testing/running.ts'

test('what a crashed owner left behind is ended', async () => {
  const { dir, owner, member } = await setUp()
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  expect(await running([member])).toEqual([member])

  const said: string[] = []
  await claimFolder(dir, (line) => void said.push(line))
  await eventually(async () => expect(await running([member])).toEqual([]))
  expect(said).toEqual([`Ending what an earlier run left behind: process ${member}`])
})

test('what a living owner uses is left alone', async () => {
  const { dir, owner, member } = await setUp()
  await expect(claimFolder(dir, () => {})).rejects.toThrow(
    `${dir} is in use by process ${owner.pid}. Stop that first.`,
  )
  expect(await running([member])).toEqual([member])
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
  onTestFinished(async () => {
    owner.kill('SIGKILL')
    for (const pid of await running([member])) process.kill(pid, 'SIGKILL')
  })
  return { dir, owner, member }
}
