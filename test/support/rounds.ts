/** `npm test` runs each fault a few times; `CHAOS=long` as often and as long as the guarantees are stated for. */
export const isLong = process.env['CHAOS'] === 'long'

export function rounds(short: number, long: number): number {
  return isLong ? long : short
}

/** Tells a figure to whoever watches a long run. */
export function report(figures: object): void {
  if (isLong) process.stdout.write(`${JSON.stringify(figures)}\n`)
}
