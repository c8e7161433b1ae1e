import { ProblemError } from '@lockstep/runtime'
import type { Request } from 'express'

/**
 * The body of a request, as UTF-8. What is longer than the limit is refused at once and not read to its end, which may
 * never come.
 */
export async function readText(request: Request, limit: number): Promise<string> {
  if (Number(request.get('content-length') ?? 0) > limit) throw tooLong(limit)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limit) throw tooLong(limit)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function tooLong(limit: number): ProblemError {
  const detail = `The body is larger than ${limit / 1_024} KiB.`
  return new ProblemError({ status: 413, detail, mend: 'Send fewer or smaller entries.' })
}
