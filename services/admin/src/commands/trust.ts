import type { Command } from 'commander'
import type { Run } from './options.ts'

export function addTrust(_program: Command, _run: Run): void {}
