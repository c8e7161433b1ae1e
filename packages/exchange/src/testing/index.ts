export { anAppointment } from './an-appointment.ts'
export { describeCalendarGateway } from './calendar-gateway-contract.ts'
export type { CalendarGatewayFixture } from './gateway-fixture.ts'
export { type MemoryMail, MemoryCalendarGateway, type UserItem } from './memory-calendar-gateway.ts'
