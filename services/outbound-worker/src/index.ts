export { type Config, loadConfig, variables } from './config.ts'
export { type OutboundWorker, startOutboundWorker } from './worker.ts'
