/** What body-parser's errors mean to whoever sent the request. Their messages quote the body, so they stay here. */
const answers: Record<string, { status: number; detail: string; mend: string }> = {
  'entity.parse.failed': {
    status: 400,
    detail: 'The body is not JSON.',
    mend: 'Send valid JSON with the media type that belongs to it.',
  },
  'entity.too.large': {
    status: 413,
    detail: 'The body is too large.',
    mend: 'Send fewer or smaller entries.',
  },
  'encoding.unsupported': {
    status: 415,
    detail: 'The content encoding is not supported.',
    mend: 'Send the body as it is, or with gzip, deflate or br.',
  },
  'charset.unsupported': {
    status: 415,
    detail: 'The character set is not supported.',
    mend: 'Send the body in UTF-8.',
  },
  'request.size.invalid': {
    status: 400,
    detail: 'The body is not as long as Content-Length says.',
    mend: 'Send the right Content-Length, or none.',
  },
  'request.aborted': { status: 400, detail: 'The body ended too early.', mend: 'Send the request again.' },
}

/** The problem that a failure to read a request stands for, or `undefined` if it is none. */
export function problemFromBodyParser(
  error: unknown,
): { status: number; detail: string; mend: string } | undefined {
  const { type = '', status = 0, limit } = error as { type?: string; status?: number; limit?: number }
  const answer = answers[type]
  if (type === 'entity.too.large' && answer && limit) {
    return { ...answer, detail: `The body is larger than ${Math.floor(limit / 1_024)} KiB.` }
  }
  if (answer) return answer
  if (status < 400 || status > 499) return undefined
  return { status, detail: 'The request cannot be read.', mend: 'Check the path, the headers and the body.' }
}
