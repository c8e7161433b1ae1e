import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIP } from 'node:net'
import { onTestFinished } from 'vitest'

const types = { 1: 'A', 12: 'PTR', 28: 'AAAA' } as const

/** `<name> <type>` → what it leads to. `fails`: the server cannot say. What is not there does not exist. */
export type Zone = Record<string, readonly string[] | 'fails'>

/** A DNS server on a port of its own, with the questions that it was asked. */
export async function startNameServer(zone: Zone) {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, end } = readName(query, 12)
    const type = types[query.readUInt16BE(end) as keyof typeof types] ?? 'other'
    const question = `${name.toLowerCase()} ${type}`
    asked.push(question)
    const found = zone[question] ?? []
    const rcode = found === 'fails' ? 2 : found.length === 0 ? 3 : 0
    const records = found === 'fails' ? [] : found.map((value) => answerOf(query.readUInt16BE(end), value))
    const header = Buffer.alloc(12)
    header.writeUInt16BE(query.readUInt16BE(0), 0)
    header.writeUInt16BE(0x8180 | rcode, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    socket.send(Buffer.concat([header, query.subarray(12, end + 4), ...records]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return { address: `127.0.0.1:${socket.address().port}`, asked, zone }
}

/** The question under which the names of an IPv4 address are found. */
export const reverseOf = (address: string) => `${address.split('.').reverse().join('.')}.in-addr.arpa PTR`

function readName(bytes: Buffer, from: number): { name: string; end: number } {
  const labels: string[] = []
  let at = from
  for (let length = bytes[at]!; length > 0; length = bytes[at]!) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.'), end: at + 1 }
}

function answerOf(type: number, value: string): Buffer {
  const data = isIP(value) === 4 ? Buffer.from(value.split('.').map(Number)) : writeName(value)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(60, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]))
  return Buffer.concat([...labels, Buffer.from([0])])
}
