export * from './calendar-gateway.ts'
export * from './errors.ts'
