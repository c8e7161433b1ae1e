import { connectionsSchema } from './connection-answers.ts'
import { changeSchema, eventSchema } from '@lockstep/producer'
import { z } from 'zod'
import {
  repairingSchema,
  forgettingSchema,
  releasedSchema,
  replayedSchema,
  releaseSchema,
} from './mailbox-answers.ts'
import {
  enablingSchema,
  enablingsSchema,
  mailboxesAskedForSchema,
  mailboxesSchema,
} from './enabling-answers.ts'
import { dryRunSchema, dryRunsSchema, dryRunStateSchema } from './dry-run-answers.ts'
import { conflictSchema, conflictsSchema, reversalSchema } from './conflict-answers.ts'
import {
  decidedSchema,
  decisionSchema,
  rebuildingSchema,
  rebuildSchema,
  unconfirmedSchema,
} from './rebuild-answers.ts'
import { settingsPatchSchema, settingsSchema } from './setting-answers.ts'
import {
  appointmentStateSchema,
  changesSchema,
  mailboxStateSchema,
  problemSchema,
  resultsSchema,
  trailSchema,
} from './answers.ts'

export type Schema = { readonly [key: string]: unknown }

/** JSON Schemas by name, each with its references into `#/components/schemas/`. */
export function componentSchemas(): Record<string, Schema> {
  const answers = [
    resultsSchema,
    appointmentStateSchema,
    mailboxStateSchema,
    changesSchema,
    changeSchema,
    trailSchema,
    problemSchema,
    releasedSchema,
    repairingSchema,
    forgettingSchema,
    replayedSchema,
    settingsSchema,
    connectionsSchema,
    conflictsSchema,
    conflictSchema,
    unconfirmedSchema,
    decidedSchema,
    rebuildingSchema,
    dryRunStateSchema,
    dryRunSchema,
    dryRunsSchema,
    enablingSchema,
    enablingsSchema,
    mailboxesSchema,
  ]
  return {
    ...schemasIn(eventSchema, 'input'),
    ...schemasIn(mailboxesAskedForSchema, 'input'),
    ...schemasIn(releaseSchema, 'input'),
    ...schemasIn(settingsPatchSchema, 'input'),
    ...schemasIn(reversalSchema, 'input'),
    ...schemasIn(decisionSchema, 'input'),
    ...schemasIn(rebuildSchema, 'input'),
    ...Object.assign({}, ...answers.map((schema) => schemasIn(schema, 'output'))),
  }
}

/** A reference to one of them. */
export function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

/** The parameters of a query, as OpenAPI lists them. */
export function parametersOf(query: z.ZodObject): Schema[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' })
  const read = z.toJSONSchema(query, { io: 'output' }).properties ?? {}
  return Object.keys(properties).map((name) => {
    const { description, ...schema } = read[name] as Schema
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema,
    }
  })
}

function schemasIn(schema: z.ZodType, io: 'input' | 'output'): Record<string, Schema> {
  const { $defs = {} } = z.toJSONSchema(schema, {
    io,
    // What we answer may gain properties; what we take may not have others.
    override: ({ jsonSchema }) => void (io === 'output' && delete jsonSchema.additionalProperties),
  })
  return JSON.parse(JSON.stringify($defs).replaceAll('"#/$defs/', '"#/components/schemas/')) as Record<
    string,
    Schema
  >
}
