/** What a command has of the world around it. */
export type Terminal = {
  readonly env: NodeJS.ProcessEnv
  /** The connection that is meant, if it was named. */
  readonly connection?: string | undefined
  /** What was asked for. */
  out(text: string): void
  /** What goes on meanwhile, and what went wrong. */
  err(text: string): void
  /** Missing where nobody sits at it: then nothing is confirmed by asking. */
  readonly ask?: ((question: string) => Promise<string>) | undefined
  /** Aborts when the command is to end. */
  readonly signal: AbortSignal
}

/** How a command ended; the shell's exit code. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, configuration: 78, interrupted: 130 } as const

/** The command cannot do what was asked, and says why in plain words. */
export class CommandError extends Error {
  override name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message)
    this.exitCode = exitCode
  }
}
