import { deploymentVariables } from '@lockstep/connections'
import { exchangeVariables } from '@lockstep/exchange'
import { variables as simulator } from '@lockstep/exchange-simulator'
import { variables as inboundWorker } from '@lockstep/inbound-worker'
import { variables as ingress } from '@lockstep/ingress'
import { variables as launcher } from '@lockstep/local'
import { variables as outboundWorker } from '@lockstep/outbound-worker'
import { describeVariables, type VariableRow } from '@lockstep/runtime'
import { variables as sampleApplication } from '@lockstep/sample-application'
import { z } from 'zod'

const common = describeVariables(z.object(deploymentVariables))
const exchange = describeVariables(z.object(exchangeVariables))
/** Rows that are told once, for all who read them. */
const told = new Set([...common, ...exchange].map((row) => JSON.stringify(row)))

const introduction = `# Configuration

<!-- Written by \`pnpm run docs\` from the services' schemas. Change the description there, not here. -->

Every process reads its environment once, when it starts. What is wrong with it is told all at once, and the process
ends with exit code 78. An empty variable counts as not set. Durations are in seconds unless the name says otherwise.

A variable marked **secret** never appears in a message or a log, and may also be given as \`NAME_FILE\`, the path of a
file that holds the value (one newline at its end does not count). Give one of the two, not both.

A changed variable counts from the next start of the process; only files of secrets and certificates for Exchange are
read anew while it runs, where their description says so. A variable that several services read has to be the same for
all of them. Which settings which Exchange needs: [connecting.md](connecting.md).
`

/** docs/configuration.md, from the schemas by which the services read their environment. */
export function configurationDocs(): string {
  return [
    introduction,
    section(
      'All services',
      common,
      'Every service reads these, for the whole process. The simulator and the sample application read `LOG_LEVEL` and `BIND_ADDRESS` only.',
    ),
    section(
      'The connection to Exchange',
      exchange,
      'Both workers read these. So does the ingress, where the first ones may be left out: see there.',
    ),
    section(
      'Ingress',
      ownRows(ingress),
      'With `EWS_URL`, `GET /v1/changes` reads the content of changes from Exchange. Without it that one path answers 501.',
    ),
    section('Outbound worker', ownRows(outboundWorker)),
    section('Inbound worker', ownRows(inboundWorker)),
    section('Sample application', ownRows(sampleApplication)),
    section('Exchange simulator', ownRows(simulator)),
    section(
      '`npm start`',
      describeVariables(launcher),
      'What the launcher itself reads. It sets all that the services need; a variable of theirs that you set outranks its own.',
    ),
  ].join('\n')
}

function ownRows(schema: z.ZodType): VariableRow[] {
  return describeVariables(schema).filter((row) => !told.has(JSON.stringify(row)))
}

function section(title: string, rows: readonly VariableRow[], remark?: string): string {
  return [
    `## ${title}`,
    '',
    ...(remark ? [remark, ''] : []),
    '| variable | default | what it is for |',
    '| --- | --- | --- |',
    ...rows.map(line),
    '',
  ].join('\n')
}

function line(row: VariableRow): string {
  const { name, description, values, secret } = row
  const choice =
    values && values.length > 1 && values[0] !== 'true' ? ` One of ${values.map(code).join(', ')}.` : ''
  const meaning = `${description}${choice}${secret ? ' **Secret.**' : ''}`
  return `| ${code(name)} | ${defaultOf(row)} | ${meaning.replaceAll('|', '\\|')} |`
}

function defaultOf({ default: value, required }: VariableRow): string {
  if (required) return '**required**'
  return value ? code(value) : 'none'
}

function code(text: string): string {
  return `\`${text}\``
}
