import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import { speakable } from './speakable.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
export type Logger = PinoLogger

/**
 * Writes one JSON line for each thing that happened: `log.info({ mailboxId }, 'mailbox is settled')`.
 * Content and credentials that slip into the fields are removed.
 */
export function createLogger(name: string, level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: speakable },
    serializers: { err: (described: unknown) => described },
  }
  const log = destination ? pino(options, destination) : pino(options)

  // pino runs no formatter over the fields of a child. Children inherit this from the logger that makes them.
  const child = Reflect.get(log, 'child') as CallableFunction
  Reflect.set(log, 'child', function speakableChild(this: Logger, bindings: object, ...rest: unknown[]) {
    return Reflect.apply(child, this, [speakable(bindings), ...rest])
  })
  return log
}
