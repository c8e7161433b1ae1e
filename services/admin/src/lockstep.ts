import { ExchangeError } from '@lockstep/exchange'
import { LedgerSchemaError, LedgerUnavailableError } from '@lockstep/ledger'
import { ConfigError, redisIsAway } from '@lockstep/runtime'
import { Command, CommanderError } from 'commander'
import { addDiscover } from './commands/discover.ts'
import { addDoctor } from './commands/doctor.ts'
import { addDryRun } from './commands/dry-run.ts'
import { addMailboxes } from './commands/mailboxes.ts'
import { addSwitch } from './commands/switch.ts'
import { addTrust } from './commands/trust.ts'
import { environment } from './environment.ts'
import { CommandError, exitCodes, type Terminal } from './terminal.ts'
import manifest from '../package.json' with { type: 'json' }

const closing = `
Configuration is that of the services: the same environment variables (docs/configuration.md).
Exit codes: 0 all is well, 1 something is not, 2 wrong use, 78 the configuration is not usable.`

/** Runs one command line and resolves with its exit code. */
export async function lockstep(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.ok
  const program = new Command('lockstep')
    .description('Sets up and examines the connection to Exchange, and enables mailboxes.')
    .version(`lockstep ${manifest.version} (Node ${process.versions.node})`, '-V, --version')
    .option('--connection <name>', 'which connection of CONNECTIONS_FILE is meant')
    .option('--env-file <file>', 'read variables that are not set from this file')
    .addHelpText('after', closing)
    .showHelpAfterError('`lockstep help`, or `--help` behind a command, says what there is.')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
  const run = (command: (terminal: Terminal) => Promise<number>) => async () => {
    const { envFile, connection } = program.opts<{ envFile?: string; connection?: string }>()
    exitCode = await command({ ...terminal, connection, env: environment(terminal.env, envFile) })
  }
  addDoctor(program, run)
  addTrust(program, run)
  addDiscover(program, run)
  addMailboxes(program, run)
  addDryRun(program, run)
  addSwitch(program, run)

  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return exitCodeOf(error, terminal)
  }
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  // Help and complaints about the use are written already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (terminal.signal.aborted) return exitCodes.interrupted
  if (error instanceof ConfigError) {
    terminal.err(`${error.message}\n`)
    return exitCodes.configuration
  }
  if (error instanceof ExchangeError) {
    terminal.err(`${[error.message, error.mend].filter(Boolean).join('. ')}\n`)
    return exitCodes.failed
  }
  if (error instanceof LedgerSchemaError) {
    terminal.err(`${error.message}\n`)
    return exitCodes.failed
  }
  if (error instanceof LedgerUnavailableError || redisIsAway(error)) {
    terminal.err('Redis went away meanwhile. `lockstep doctor` says more; the same command goes on.\n')
    return exitCodes.failed
  }
  if (!(error instanceof CommandError)) throw error
  terminal.err(`${error.message}\n`)
  return error.exitCode
}
