// Runs in a host's namespace: one HTTP request, its outcome printed as JSON.
const [url = '', init = '{}'] = process.argv.slice(2)

try {
  const answer = await fetch(url, {
    ...(JSON.parse(init) as RequestInit),
    signal: AbortSignal.timeout(10_000),
  })
  console.log(JSON.stringify({ status: answer.status, body: await answer.text() }))
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  console.log(JSON.stringify({ failed: (cause as NodeJS.ErrnoException).code ?? String(cause) }))
}
