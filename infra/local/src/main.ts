// `npm start`: Redis, the Exchange simulator, Lockstep and the sample application, until Ctrl+C.
import { fileURLToPath } from 'node:url'
import { services } from './services.ts'
import { startDemo } from './start-demo.ts'

await startDemo(services, fileURLToPath(new URL('../../..', import.meta.url)))
