import { onTestFinished } from 'vitest'
import { type ServiceProcess, spawnService } from './service-process.ts'

export type WorkerProcess = ServiceProcess

/** A worker as a process of its own, as a deployment runs it; ready when this resolves. Gone when the test ends. */
export async function startWorkerProcess(
  name: 'outbound-worker' | 'inbound-worker',
  env: Readonly<Record<string, string>>,
): Promise<WorkerProcess> {
  const worker = await spawnService(name, env)
  onTestFinished(async () => {
    worker.signal('SIGKILL')
    await worker.ended
  })
  return worker
}
