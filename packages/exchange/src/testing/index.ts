export { anAppointment } from './an-appointment.ts'
export { type CalendarGatewayFixture, describeCalendarGateway } from './calendar-gateway-contract.ts'
export { type MemoryMail, MemoryCalendarGateway, type UserItem } from './memory-calendar-gateway.ts'
