export { type Config, connectionVariables, loadConfig, variables } from './config.ts'
export { type InboundWorker, startInboundWorker } from './worker.ts'
