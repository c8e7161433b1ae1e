export { variables } from './config.ts'
export { lockstep } from './lockstep.ts'
export { exitCodes, type Terminal } from './terminal.ts'
