export { onTheWire } from './on-the-wire.ts'
