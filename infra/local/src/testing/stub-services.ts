import { fileURLToPath } from 'node:url'
import { services } from '../services.ts'

/** The demo's own table with a stub in place of every program. */
export const stubServices = services.map((service) => ({ ...service, entry: 'stub-service.ts' }))

export const stubRoot = fileURLToPath(new URL('.', import.meta.url))
