import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Every command that changed something since Redis last rewrote its file, scripts by what they did. */
export async function commandsIn(dir: string): Promise<string[][]> {
  const folder = join(dir, 'appendonlydir')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof')).toSorted()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
  return texts.flatMap((text) => [...commandsOf(text)])
}

/** Redis writes a command as it is sent: the number of its words, and each word after its length. */
function* commandsOf(text: string): Generator<string[]> {
  let at = 0
  const line = () => {
    const end = text.indexOf('\r\n', at)
    const found = text.slice(at, end)
    at = end + 2
    return found
  }
  const word = () => {
    const length = Number(line().slice(1))
    const found = text.slice(at, at + length)
    at += length + 2
    return found
  }
  while (at < text.length) {
    const head = line()
    if (head.startsWith('*')) yield Array.from({ length: Number(head.slice(1)) }, word)
  }
}
