export { type Config, connectionVariables, loadConfig, variables } from './config.ts'
export { type Ingress, startIngress } from './ingress.ts'
export { openApiDocument } from './openapi/document.ts'
