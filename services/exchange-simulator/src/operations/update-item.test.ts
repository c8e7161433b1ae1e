import { describe, expect, test } from 'vitest'
import {
  calendarItem,
  fieldUri,
  refOf,
  setField,
  someTimes,
  stamp,
  stampUri,
  updateItem,
} from '../testing/requests.ts'
import { newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { codeOf, itemsOf } from '../testing/soap-client.ts'
import { leaf, node } from '../xml/build.ts'
import { child, childText } from '../xml/element.ts'

const recordDir = newRecording()
const subject = (text: string) => setField('item:Subject', leaf('t:Subject', text))
const location = (text: string) => setField('calendar:Location', leaf('t:Location', text))

describe('an update', () => {
  test('changes what it names, leaves the rest, and gives a new change key under the same id', async () => {
    const { create, read, call } = await setUp({ recordDir })
    const ref = await create(
      calendarItem(leaf('t:Subject', 'one'), stamp('7'), ...someTimes, leaf('t:Location', 'Room 4')),
    )
    const updated = refOf(itemsOf(await call(updateItem(ref, [subject('two')])))[0])
    const item = await read(ref)
    expect(updated.Id).toBe(ref.Id)
    expect(updated.ChangeKey).not.toBe(ref.ChangeKey)
    expect([childText(item, 'Subject'), childText(item, 'Location')]).toEqual(['two', 'Room 4'])
  })

  test('deletes fields, extended ones too, also where there is nothing to delete', async () => {
    const { create, call, simulator } = await setUp({ recordDir })
    const ref = await create(calendarItem(stamp('7'), ...someTimes, leaf('t:Location', 'Room 4')))
    const remove = (path: string) => node('t:DeleteItemField', path)
    const removals = [fieldUri('calendar:Location'), fieldUri('item:Categories'), stampUri].map(remove)
    expect(codeOf(await call(updateItem(ref, removals)))).toBe('NoError')
    expect(simulator.calendarOf('alice@contoso.example')).toMatchObject([
      { location: '', stamped: false, extended: {} },
    ])
  })

  test('appends to a body', async () => {
    const { create, read, call } = await setUp({ recordDir })
    const ref = await create(calendarItem(leaf('t:Body', 'one', { BodyType: 'Text' }), ...someTimes))
    const more = node('t:CalendarItem', leaf('t:Body', ' two', { BodyType: 'Text' }))
    await call(updateItem(ref, [node('t:AppendToItemField', fieldUri('item:Body') + more)]))
    expect(child(await read(ref), 'Body')?.text).toBe('one two')
  })

  test('takes a property wrapped in t:Item as well', async () => {
    const { create, read, call } = await setUp({ recordDir })
    const ref = await create(calendarItem(...someTimes))
    const wrapped = node(
      't:SetItemField',
      fieldUri('item:Subject') + node('t:Item', leaf('t:Subject', 'wrapped')),
    )
    await call(updateItem(ref, [wrapped]))
    expect(childText(await read(ref), 'Subject')).toBe('wrapped')
  })
})

describe('a change key', () => {
  const cases = [
    { resolution: 'NeverOverwrite', touches: 'another field', code: 'ErrorIrresolvableConflict' },
    { resolution: 'AutoResolve', touches: 'another field', code: 'NoError' },
    { resolution: 'AutoResolve', touches: 'the same field', code: 'ErrorIrresolvableConflict' },
    { resolution: 'AlwaysOverwrite', touches: 'the same field', code: 'NoError' },
  ]
  test.each(cases)(
    'that is stale, with $resolution, on $touches: $code',
    async ({ resolution, touches, code }) => {
      const { create, call } = await setUp({ recordDir })
      const ref = await create(calendarItem(...someTimes))
      await call(updateItem(ref, [subject('theirs')]))
      const ours = touches === 'the same field' ? subject('ours') : location('ours')
      expect(codeOf(await call(updateItem(ref, [ours], resolution)))).toBe(code)
    },
  )

  test.each(['NeverOverwrite', 'AlwaysOverwrite'])('is required, with %s too', async (resolution) => {
    const { create, call } = await setUp({ recordDir })
    const { Id } = await create(calendarItem(...someTimes))
    const reply = await call(updateItem({ Id }, [subject('x')], resolution))
    expect(codeOf(reply)).toBe('ErrorChangeKeyRequiredForWriteOperations')
  })
})

describe('what the schema forbids', () => {
  test.each([
    [
      'an update that does not say how conflicts are settled',
      node('m:UpdateItem', node('m:ItemChanges', '')),
    ],
    [
      'properties out of order',
      node('m:CreateItem', node('m:Items', calendarItem(...someTimes, leaf('t:Subject', 's'))), {
        SendMeetingInvitations: 'SendToNone',
      }),
    ],
    [
      'a word that an enumeration does not have',
      node('m:CreateItem', node('m:Items', calendarItem(leaf('t:Sensitivity', 'Secret'), ...someTimes)), {
        SendMeetingInvitations: 'SendToNone',
      }),
    ],
    ['an operation that does not exist', node('m:DoAsIMean', '')],
  ])('is a fault: %s', async (_what, request) => {
    const { call } = await setUp()
    const reply = await call(request)
    expect([reply.status, codeOf(reply)]).toEqual([500, 'ErrorSchemaValidation'])
  })

  test('needs whom to mail said, for an update of a calendar item', async () => {
    const { create, call } = await setUp({ recordDir })
    const ref = await create(calendarItem(...someTimes))
    const change = node('t:ItemChange', leaf('t:ItemId', '', ref) + node('t:Updates', subject('x')))
    const request = node('m:UpdateItem', node('m:ItemChanges', change), { ConflictResolution: 'AutoResolve' })
    expect(codeOf(await call(request))).toBe('ErrorSendMeetingInvitationsOrCancellationsRequired')
  })
})

testRecording(recordDir)
