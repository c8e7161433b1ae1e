// Makes a namespace with a program in it, says so, and waits to be killed.
import { execFileSync, spawn } from 'node:child_process'
import { startReaper } from '../reaper.ts'

const [, , prefix = ''] = process.argv
const namespace = `${prefix}-machine`
await startReaper(prefix)
execFileSync('ip', ['netns', 'add', namespace])
spawn('ip', ['netns', 'exec', namespace, 'sleep', '600'], { stdio: 'ignore' })
process.stdout.write('built\n')
