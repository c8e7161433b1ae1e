import type { Core } from '../core.ts'

/** What the routes of the control API work with. */
export type ControlParts = {
  core: Core
  isReady: () => boolean
  /** The certificate authority (PEM) to trust, where there is HTTPS. */
  ca: string | undefined
  onUnexpected: (error: unknown) => void
  signal: AbortSignal
}

/** What a route answers: JSON, or text of another type, or nothing because it writes by itself. */
export type ControlAnswer = { status?: number; json?: unknown; text?: string; type?: string } | 'streaming'
