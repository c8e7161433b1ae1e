import { expect, test } from 'vitest'
import { inDomains, isDomain } from './domains.ts'

test.each([
  ['*.office365.com', 'mail-x.outbound.office365.com', true],
  ['*.office365.com', 'OUTLOOK.Office365.COM.', true],
  ['*.office365.com', 'office365.com', false],
  ['*.office365.com', 'office365.com.attacker.example', false],
  ['*.office365.com', 'evil-office365.com', false],
  ['*.office365.com', 'x.office365xcom', false],
  ['mail.contoso.example', 'mail.contoso.example', true],
  ['mail.contoso.example', 'x.mail.contoso.example', false],
  ['autodiscover.*.onmicrosoft.com', 'autodiscover.contoso.onmicrosoft.com', true],
  ['autodiscover.*.onmicrosoft.com', 'autodiscover.a.b.onmicrosoft.com', false],
])('%s holds %s: %s', (domain, name, expected) => {
  expect(isDomain(domain)).toBe(true)
  expect(inDomains([domain])(name)).toBe(expected)
})

test.each([
  '',
  '*',
  '*.',
  'office365',
  'a b.com',
  '10.0.0',
  'http://a.com',
  '-a.com',
  `${'a'.repeat(64)}.com`,
])('%j is no domain', (text) => {
  expect(isDomain(text)).toBe(false)
})
