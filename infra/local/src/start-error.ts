/** Something on this machine keeps the system from starting; the message says what, and what to do. */
export class StartError extends Error {
  override name = 'StartError'
}
