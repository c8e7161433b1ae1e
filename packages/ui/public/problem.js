/** What a server answered instead of what was asked for: an RFC 9457 problem document. */
export class ProblemError extends Error {
  constructor(problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** Asks a server for JSON, or sends it some. Throws a `ProblemError` that a page can show. */
export async function request(url, { method = 'GET', body } = {}) {
  let answer
  try {
    answer = await fetch(url, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
  } catch {
    throw new ProblemError({
      title: 'The application does not answer',
      detail: 'The request did not get through. Nothing was changed.',
      mend: 'Start the application again. This page connects again by itself.',
    })
  }
  const text = await answer.text()
  const content = parsed(text)
  if (answer.ok) return content
  throw new ProblemError(
    content?.title ? content : { title: `Answer ${answer.status}`, detail: text.slice(0, 200) },
  )
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
