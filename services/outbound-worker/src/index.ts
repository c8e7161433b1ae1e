export { type Config, connectionVariables, loadConfig, variables } from './config.ts'
export { type OutboundWorker, startOutboundWorker } from './worker.ts'
