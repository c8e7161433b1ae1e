import { expect, test } from 'vitest'
import { readEndpointList } from './endpoint-list.ts'

const read = (list: unknown) => readEndpointList(Buffer.from(JSON.stringify(list)))

test('what belongs to Exchange counts, and what names no service', () => {
  const list = [
    {
      id: 1,
      serviceArea: 'Exchange',
      urls: ['outlook.office365.com'],
      ips: ['40.96.0.0/13', '2603:1006::/40'],
    },
    { id: 2, serviceArea: 'Skype', urls: ['*.teams.microsoft.com'], ips: ['13.107.64.0/18'] },
    { id: 3, urls: ['*.mail.contoso.example'] },
  ]
  expect(read(list)).toEqual({
    networks: [
      { address: '40.96.0.0', prefix: 13, family: 'ipv4' },
      { address: '2603:1006::', prefix: 40, family: 'ipv6' },
    ],
    domains: ['outlook.office365.com', '*.mail.contoso.example'],
  })
})

test.each([
  ['no list', {}],
  ['a list of something else', ['40.96.0.0/13']],
  ['a list without Exchange', [{ serviceArea: 'Skype', ips: ['13.107.64.0/18'] }]],
  ['an empty list', []],
  ['a range that is none', [{ serviceArea: 'Exchange', ips: ['40.96.0.0/33'] }]],
  ['a domain that is none', [{ serviceArea: 'Exchange', urls: ['https://outlook.office.com'] }]],
])('%s is refused', (_what, list) => {
  expect(() => read(list)).toThrow(expect.objectContaining({ name: 'EndpointListError' }))
})
