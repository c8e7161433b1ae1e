import { describe, expect, test } from 'vitest'
import { readProxyHeader } from './proxy-header.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const signature = '0d0a0d0a000d0a515549540a'
const tcp4 = hex(`${signature} 21 11 000c 28600001 0a000001 1092 01bb`)
const tcp6 = hex(`${signature} 21 21 0024 26031006000000000000000000000001 ${'00'.repeat(16)} 1092 01bb`)

describe('a PROXY protocol header', () => {
  test.each([
    ['version 1', Buffer.from('PROXY TCP4 40.96.0.1 10.0.0.1 4242 443\r\n'), '40.96.0.1'],
    ['version 1, IPv6', Buffer.from('PROXY TCP6 2603:1006::1 ::1 4242 443\r\n'), '2603:1006::1'],
    ['version 1 of a health check', Buffer.from('PROXY UNKNOWN\r\n'), 'local'],
    ['version 2', tcp4, '40.96.0.1'],
    ['version 2, IPv6', tcp6, '2603:1006:0:0:0:0:0:1'],
    ['version 2 of a health check', hex(`${signature} 20 00 0000`), 'local'],
    [
      'version 2 with more than addresses',
      hex(`${signature} 21 11 0010 28600001 0a000001 1092 01bb 04000100`),
      '40.96.0.1',
    ],
  ])('of %s is read once it is whole, and no further', (_what, bytes, source) => {
    for (let end = 0; end < bytes.length; end += 1)
      expect(readProxyHeader(bytes.subarray(0, end))).toBeUndefined()
    const more = Buffer.concat([bytes, Buffer.from('POST / HTTP/1.1\r\n')])
    expect(readProxyHeader(more)).toEqual({ source, length: bytes.length })
  })

  test.each([
    ['HTTP', Buffer.from('POST / HTTP/1.1\r\n')],
    ['TLS', hex('16030100c8')],
    ['no addresses', Buffer.from('PROXY TCP4\r\n')],
    ['a line without an end', Buffer.from(`PROXY TCP4 ${'1'.repeat(100)}`)],
    ['version 3', hex(`${signature} 31 11 000c 28600001 0a000001 1092 01bb`)],
    ['UNIX sockets', hex(`${signature} 21 31 000c 28600001 0a000001 1092 01bb`)],
    ['a length that is too short', hex(`${signature} 21 11 0004 28600001`)],
    ['a length that is too long', hex(`${signature} 21 11 ffff`)],
  ])('is not %s', (_what, bytes) => {
    expect(() => readProxyHeader(bytes)).toThrow(SyntaxError)
  })
})
