export { lockstep } from './lockstep.ts'
export { exitCodes, type Terminal } from './terminal.ts'
