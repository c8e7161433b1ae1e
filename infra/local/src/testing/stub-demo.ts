// The launcher with stub services, as a program of its own.
import { startDemo } from '../start-demo.ts'
import { stubRoot, stubServices } from './stub-services.ts'

await startDemo(stubServices, stubRoot)
