import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startSimulator } from '@lockstep/exchange-simulator'

/*
 * How fast the simulator answers a client that does nothing but post a finished
 * document and read the answer, and how much memory many items take.
 *
 *     node test/benchmark/simulator.ts                          # calls a second, of one process
 *     node test/benchmark/simulator.ts --mailboxes 1000 --items 1000000   # memory
 *
 * The machine's own speed cancels out in the last column: the same bytes from an
 * HTTP server that has them ready.
 */
const { values } = parseArgs({
  options: { mailboxes: { type: 'string' }, items: { type: 'string' }, server: { type: 'boolean' } },
})
const alice = 'alice@contoso.example'
const connections = 8
const roundMs = 1_000
const rounds = 5
const print = (line: string): void => void process.stdout.write(`${line}\n`)

if (values.server) await serve()
else if (values.items) await measureMemory(Number(values.mailboxes ?? 1_000), Number(values.items))
else await measureSpeed()

async function serve(): Promise<void> {
  const simulator = await startSimulator()
  for (let n = 0; n < 600; n++) simulator.userCreates(alice, entry(n))
  const ids = simulator.calendarOf(alice).map(({ itemId }) => itemId)
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.send?.({ url: simulator.url, ids })
  await once(process, 'disconnect')
  await simulator.close()
}

async function measureSpeed(): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--server'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [{ url, ids }] = (await once(child, 'message')) as [{ url: string; ids: string[] }]
  const cpuMs = async (): Promise<number> => {
    child.send('cpu')
    const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
    return (user + system) / 1_000
  }
  print(
    'operation                       calls/s   median ms   p99 ms   CPU ms a call   KiB answered   of a bare server',
  )
  for (const [name, body] of Object.entries(requestsFor(ids))) {
    const { answer } = await roundOf(url, body, cpuMs)
    const bare = await bareServer(answer)
    const pairs: { own: Speed; share: number }[] = []
    for (let round = 0; round < rounds; round++) {
      const own = await roundOf(url, body, cpuMs)
      const ready = await roundOf(bare.url, body, cpuMs)
      pairs.push({ own, share: own.perSecond / ready.perSecond })
    }
    await bare.close()
    const median = (read: (pair: (typeof pairs)[number]) => number): number =>
      pairs.map(read).sort((left, right) => left - right)[Math.floor(rounds / 2)] ?? 0
    const figures = [
      median(({ own }) => own.perSecond).toFixed(0),
      median(({ own }) => own.median).toFixed(2),
      median(({ own }) => own.p99).toFixed(2),
      median(({ own }) => own.cpuMs).toFixed(2),
      (answer.length / 1_024).toFixed(0),
      `${Math.round(100 * median(({ share }) => share))} %`,
    ]
    print(
      name.padEnd(30) +
        figures.map((text, index) => text.padStart([9, 12, 9, 16, 15, 19][index] ?? 0)).join(''),
    )
  }
  child.disconnect()
  await once(child, 'exit')
}

type Speed = { perSecond: number; median: number; p99: number; cpuMs: number; answer: string }

async function roundOf(url: string, body: string, cpuMs: () => Promise<number>): Promise<Speed> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const took: number[] = []
  const cpuBefore = await cpuMs()
  const startedAt = performance.now()
  let answer = ''
  const caller = async (): Promise<void> => {
    while (performance.now() - startedAt < roundMs) {
      const at = performance.now()
      answer = await post(url, body, agent)
      took.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: connections }, caller))
  const seconds = (performance.now() - startedAt) / 1_000
  agent.destroy()
  took.sort((left, right) => left - right)
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? 0
  const spent = ((await cpuMs()) - cpuBefore) / took.length
  return { perSecond: took.length / seconds, median: at(0.5), p99: at(0.99), cpuMs: spent, answer }
}

function post(url: string, body: string, agent: Agent): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const headers = {
    'content-type': 'text/xml; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    authorization: `Basic ${Buffer.from('svc-lockstep:lockstep').toString('base64')}`,
  }
  const call = send(url, { method: 'POST', agent, headers }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => resolve(Buffer.concat(chunks).toString('latin1')))
  })
  call.on('error', reject).end(body)
  return promise
}

async function bareServer(answer: string): Promise<{ url: string; close: () => Promise<void> }> {
  const bytes = Buffer.from(answer, 'latin1')
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8', 'content-length': bytes.length })
      response.end(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close }
}

function requestsFor(ids: readonly string[]): Record<string, string> {
  const itemIds = (count: number): string =>
    ids
      .slice(0, count)
      .map((id) => `<t:ItemId Id="${id}"/>`)
      .join('')
  const getItem = (count: number): string =>
    '<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>' +
    `<m:ItemIds>${itemIds(count)}</m:ItemIds></m:GetItem>`
  const sync = (shape: string): string =>
    `<m:SyncFolderItems><m:ItemShape><t:BaseShape>${shape}</t:BaseShape></m:ItemShape>` +
    '<m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId>' +
    '<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>'
  return {
    'GetItem (1)': envelope(getItem(1)),
    'GetItem (50)': envelope(getItem(50)),
    'SyncFolderItems (512, ids)': envelope(sync('IdOnly')),
    'SyncFolderItems (512, all)': envelope(sync('AllProperties')),
    CreateItem: envelope(
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Site visit</t:Subject>' +
        '<t:Body BodyType="Text">Bring the plans</t:Body><t:Start>2027-06-14T12:00:00Z</t:Start>' +
        '<t:End>2027-06-14T13:00:00Z</t:End></t:CalendarItem></m:Items></m:CreateItem>',
    ),
  }
}

function envelope(body: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"' +
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header>' +
    '<t:RequestServerVersion Version="Exchange2016"/><t:ExchangeImpersonation><t:ConnectingSID>' +
    `<t:PrimarySmtpAddress>${alice}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation></s:Header>` +
    `<s:Body>${body}</s:Body></s:Envelope>`
  )
}

async function measureMemory(mailboxes: number, items: number): Promise<void> {
  const rss = (): number => process.memoryUsage().rss / 1_048_576
  const before = rss()
  const simulator = await startSimulator()
  const startedAt = performance.now()
  for (let n = 0; n < mailboxes; n++) simulator.addMailbox(`user${n}@contoso.example`)
  for (let n = 0; n < items; n++) simulator.userCreates(`user${n % mailboxes}@contoso.example`, entry(n))
  const seconds = (performance.now() - startedAt) / 1_000
  globalThis.gc?.()
  const used = rss() - before
  print(
    `${mailboxes} mailboxes, ${items} items: ${used.toFixed(0)} MiB resident, filled in ${seconds.toFixed(0)} s`,
  )
  print(`${((used * 1_048_576) / items).toFixed(0)} bytes an item`)
  await simulator.close()
}

function entry(n: number) {
  const day = String(1 + (n % 28)).padStart(2, '0')
  const hour = String(8 + (n % 9)).padStart(2, '0')
  const at = (minute: string) => ({
    dateTime: `2027-06-${day}T${hour}:${minute}:00`,
    timeZone: 'Europe/Amsterdam',
  })
  return { subject: `Appointment ${n}`, location: `Room ${n % 40}`, start: at('00'), end: at('45') }
}
