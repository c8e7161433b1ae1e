import { ProblemError } from '@lockstep/runtime'

/** Reads JSON. What is wrong is told by its place: the parser's own words quote the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ProblemError({
      status: 400,
      detail: `The body is not JSON${placeIn(error)}.`,
      mend: 'Send valid JSON in UTF-8.',
    })
  }
}

function placeIn(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(message) ?? []
  if (line) return `: line ${line}, column ${column}`
  return message.startsWith('Unexpected end') ? ': it ends too early' : ''
}
