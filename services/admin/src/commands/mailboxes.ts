import type { Command } from 'commander'
import { addAddTest } from './mailboxes-add.ts'
import { addDisable } from './mailboxes-disable.ts'
import { addList } from './mailboxes-list.ts'
import type { Run } from './options.ts'

export function addMailboxes(program: Command, run: Run): void {
  const mailboxes = program.command('mailboxes').description('test, enable, list and disable mailboxes')
  addAddTest(mailboxes, run)
  addList(mailboxes, run)
  addDisable(mailboxes, run)
}
