import { identify } from '../process-identity.ts'

/** Those of the processes that run. One that has ended counts as such, though nobody has taken note of it yet. */
export async function running(pids: number[]): Promise<number[]> {
  const identities = await Promise.all(pids.map(identify))
  return pids.filter((_, index) => identities[index])
}
