export type {
  Appointment,
  Attendee,
  AttendeeResponse,
  AttendeeType,
  Body,
  Importance,
  Refusal,
  ShowAs,
  ZonedTime,
} from '@lockstep/domain'
export { type Admission, admit, type AdmitOptions, type Verdict } from './admit.ts'
export { type AppointmentInput, appointmentSchema } from './appointment-schema.ts'
export { type Change, type ChangeFacts, changeOf, changeSchema, changeTypes } from './change.ts'
export { type AppointmentEvent, toCloudEvent } from './event.ts'
export { type CloudEvent, eventSchema, type EventType, eventTypes } from './event-schema.ts'
export { createProducer, type ProducerOptions } from './http-producer.ts'
export { limits } from './limits.ts'
export type { EventProblem } from './problems.ts'
export { LockstepRefusedError, LockstepUnavailableError, type Producer } from './producer.ts'
export { createRedisProducer, type RedisProducerOptions } from './redis-producer.ts'
export {
  type EventLedger,
  type EventResult,
  type EventStatus,
  takeEvent,
  takeEvents,
  type TakeDeps,
  unknownMailbox,
} from './take-events.ts'
