import { WatchedFile } from './watched-file.ts'

/** A secret as it is given: itself, or the file that holds it. */
export type SecretSource = string | { readonly file: string }

/** What may change while we run. */
export type Fresh<Content> = {
  current(): Content
  /** Looks for a new one right now, since the last one was refused. */
  refresh(): Content
}

export type Secret = Fresh<string>

/** One newline at the end of a file is not part of the secret. */
export function secretFrom(source: SecretSource): Secret {
  if (typeof source === 'string') return { current: () => source, refresh: () => source }
  const file = new WatchedFile(source.file, (bytes) => bytes.toString('utf8').replace(/\r?\n$/, ''))
  return file
}
