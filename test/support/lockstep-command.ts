import { lockstep } from '@lockstep/admin'

export type Ran = {
  readonly exitCode: number
  readonly out: string
  readonly err: string
  /** The lines of `--json`. */
  readonly facts: readonly Record<string, unknown>[]
}

type Circumstances = {
  readonly env: Readonly<Record<string, string>>
  /** What is answered to questions. Without it nobody sits there. */
  readonly answer?: string
  readonly signal?: AbortSignal
}

/** Runs a `lockstep` command in this process. */
export async function runLockstep(
  args: readonly string[],
  { env, answer, signal = new AbortController().signal }: Circumstances,
): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []]
  const ask = async (question: string) => {
    err.push(question)
    return answer!
  }
  const exitCode = await lockstep(args, {
    env,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    ask: answer === undefined ? undefined : ask,
    signal,
  })
  const lines = out.join('').split('\n')
  const facts = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { exitCode, out: out.join(''), err: err.join(''), facts }
}
