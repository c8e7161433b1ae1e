import { describe, expect, test } from 'vitest'
import { directionInForce, type Settings, settingsInForce, type Switch } from './settings.ts'

const defaults = { conflictPolicy: 'exchange', mute: false } as const

describe.each(['outbound', 'inbound'] as const)('%s', (direction) => {
  test.each<[Switch | undefined, Switch | undefined, Switch, string]>([
    [undefined, undefined, 'on', 'default'],
    ['on', undefined, 'on', 'connection'],
    [undefined, 'off', 'off', 'mailbox'],
    ['on', 'off', 'off', 'mailbox'],
    [undefined, 'on', 'on', 'mailbox'],
    ['off', undefined, 'off', 'connection'],
    ['off', 'on', 'off', 'connection'],
    ['off', 'off', 'off', 'connection'],
  ])('connection %s, mailbox %s: %s, from the %s', (connection, mailbox, value, from) => {
    const layers = { connection: of(direction, connection), mailbox: of(direction, mailbox) }
    expect(directionInForce(direction, layers)).toEqual({ value, from })
    const other = direction === 'outbound' ? 'inbound' : 'outbound'
    expect(settingsInForce(layers, defaults)[other]).toEqual({ value: 'on', from: 'default' })
  })
})

test('the mailbox outranks the connection, and the connection the environment, each setting by itself', () => {
  const connection: Settings = { conflictPolicy: 'latest', mute: true }
  expect(settingsInForce({ connection: {} }, defaults)).toMatchObject({
    conflictPolicy: { value: 'exchange', from: 'environment' },
    mute: { value: false, from: 'environment' },
  })
  expect(settingsInForce({ connection, mailbox: {} }, defaults)).toMatchObject({
    conflictPolicy: { value: 'latest', from: 'connection' },
    mute: { value: true, from: 'connection' },
  })
  expect(settingsInForce({ connection, mailbox: { mute: false } }, defaults)).toMatchObject({
    conflictPolicy: { value: 'latest', from: 'connection' },
    mute: { value: false, from: 'mailbox' },
  })
})

function of(direction: 'outbound' | 'inbound', value: Switch | undefined): Settings {
  return value ? { [direction]: value } : {}
}
