import { commonVariables, list, port } from '@lockstep/runtime'
import { z } from 'zod'

const { LOG_LEVEL, BIND_ADDRESS } = commonVariables

export const variables = z.object({
  LOG_LEVEL,
  BIND_ADDRESS,
  SIMULATOR_PORT: port.default(8090).describe('Port of the EWS endpoint.'),
  SIMULATOR_CONTROL_PORT: port.default(8091).describe('Port of the control API, the probes and the metrics.'),
  SIMULATOR_HTTPS_PORT: port
    .optional()
    .describe('Port of the EWS endpoint over HTTPS, with a private CA made at start. Without it no HTTPS.'),
  SIMULATOR_HTTPS_HOSTS: list
    .default([])
    .describe('Names that the HTTPS certificate is for, besides those of the machine itself.'),
  SIMULATOR_DATA_DIR: z
    .string()
    .optional()
    .describe('Directory in which the mailboxes are kept. Without it they are forgotten at the end.'),
  SIMULATOR_RECORD_DIR: z
    .string()
    .optional()
    .describe('Directory in which every SOAP exchange is recorded, content included.'),
})

export const configSchema = variables.transform((env) => ({
  logLevel: env.LOG_LEVEL,
  simulator: {
    host: env.BIND_ADDRESS,
    port: env.SIMULATOR_PORT,
    controlPort: env.SIMULATOR_CONTROL_PORT,
    seed: true,
    ...(env.SIMULATOR_HTTPS_PORT !== undefined && { httpsPort: env.SIMULATOR_HTTPS_PORT }),
    httpsHosts: env.SIMULATOR_HTTPS_HOSTS,
    ...(env.SIMULATOR_DATA_DIR !== undefined && { dataDir: env.SIMULATOR_DATA_DIR }),
    ...(env.SIMULATOR_RECORD_DIR !== undefined && { recordDir: env.SIMULATOR_RECORD_DIR }),
  },
}))
