import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator.ts'
import { canValidate, schemaViolations } from './schema-check.ts'
import { createItem, getItem, refOf } from './requests.ts'
import { type CallOptions, envelopeOf, itemsOf, post, soapClient, type SoapReply } from './soap-client.ts'
import type { Element } from '../xml/element.ts'
import type { Xml } from '../xml/build.ts'

export const alice = 'alice@contoso.example'
export const bob = 'bob@contoso.example'

export type TestBed = {
  simulator: Simulator
  call: (operation: Xml, options?: CallOptions) => Promise<SoapReply>
  /** The same without reading the answer. */
  raw: (operation: Xml, options?: CallOptions) => Promise<Response>
  /** Creates one item and returns its id and change key. */
  create: (item: Xml, mode?: string) => Promise<{ Id: string; ChangeKey: string }>
  /** The item with all its properties. */
  read: (ref: { Id: string }) => Promise<Element>
}

/** A simulator for one test. */
export async function setUp(options: SimulatorOptions = {}): Promise<TestBed> {
  const simulator = await startSimulator(options)
  onTestFinished(() => simulator.close())
  const call = soapClient(simulator.url)
  return {
    simulator,
    call,
    raw: (operation, options) =>
      post(simulator.url, envelopeOf(operation, { impersonate: alice, ...options }), options),
    create: async (item, mode) => refOf(itemsOf(await call(createItem(item, mode)))[0]),
    read: async ({ Id }) => {
      const [item] = itemsOf(await call(getItem([{ Id }])))
      if (!item) throw new Error('the item is not there')
      return item
    },
  }
}

/** A directory for what is said in one test file, removed after it. */
export function newRecording(): string {
  const directory = mkdtempSync(join(tmpdir(), 'soap-recording-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  return directory
}

/** Adds the test that all of a recording validates. Belongs at the end of a file. */
export function testRecording(directory: string): void {
  test.skipIf(!canValidate)("everything said above validates against Microsoft's schema", async () => {
    const { checked, violations } = await schemaViolations(directory)
    expect(violations).toEqual([])
    expect(checked).toBeGreaterThan(10)
  })
}
