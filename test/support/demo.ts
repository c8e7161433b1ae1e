import { freePort } from '@lockstep/local'
import { loadConfig, startSampleApplication } from '@lockstep/sample-application'
import { createLogger } from '@lockstep/runtime'
import { onTestFinished } from 'vitest'
import { startSystem, type System } from './system.ts'

/** The constellation with the sample application in it, as `npm start` runs it. */
export async function startDemoSystem(): Promise<System & { pageUrl: string }> {
  const port = await freePort()
  const webhook = `http://127.0.0.1:${port}/lockstep/changes`
  const system = await startSystem({ without: ['inbound'], env: { APPLICATION_WEBHOOK_URL: webhook } })
  const page = await startSampleApplication(
    loadConfig({
      SAMPLE_APPLICATION_PORT: String(port),
      LOCKSTEP_URL: system.ingressUrl,
      LOCKSTEP_API_KEY: 'test',
      APPLICATION_WEBHOOK_SECRET: system.application.secret,
      SIMULATOR_CONTROL_URL: system.simulator.controlUrl,
    }),
    createLogger('test', 'silent'),
  )
  onTestFinished(() => page.close())
  await system.startWorker('inbound')
  return { ...system, pageUrl: page.url }
}
