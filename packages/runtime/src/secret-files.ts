import { readFileSync } from 'node:fs'

type Env = NodeJS.ProcessEnv

/** The environment with the contents of secret files in it, and what was wrong with those files. */
export type SecretFiles = { env: Env; problems: string[] }

/**
 * Reads secrets from files: for each name, `NAME_FILE` may hold the path of a file with the value (Docker
 * and Kubernetes mount secrets so). One newline at its end is not part of the value.
 */
export function withSecretFiles(env: Env, names: readonly string[]): SecretFiles {
  const result: SecretFiles = { env: { ...env }, problems: [] }
  for (const name of names) {
    const path = env[`${name}_FILE`]
    if (!path) continue
    if (env[name]) {
      result.problems.push(`${name}: set either ${name} or ${name}_FILE, not both`)
      continue
    }
    try {
      result.env[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      result.problems.push(`${name}_FILE: cannot read ${path} (${code ?? 'unknown reason'})`)
    }
  }
  return result
}
