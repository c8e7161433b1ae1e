import { componentSchemas } from './components.ts'
import { paths, type Paths } from './paths.ts'

export type OpenApiDocument = {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Paths
  readonly components: {
    readonly schemas: ReturnType<typeof componentSchemas>
    readonly securitySchemes: object
  }
}

/** What the ingress answers to, in OpenAPI 3.1. The schemas are those that requests are checked with. */
export function openApiDocument(): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Lockstep',
      version: '1',
      description:
        "Keeps a business application's calendar and its users' Microsoft Exchange calendars in step, in both directions.",
    },
    paths: paths(),
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'One of the keys in PRODUCER_API_KEYS.' },
      },
    },
  }
}
