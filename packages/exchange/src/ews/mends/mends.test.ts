import {
  Appointment,
  EwsLogging,
  EwsServiceXmlWriter,
  ExchangeService,
  ExchangeVersion,
  ExtendedPropertyDefinition,
  Guid,
  ItemInfo,
  MapiPropertyType,
  MultiResponseServiceRequest,
  ServiceResponse,
  SoapFaultDetails,
  StringList,
  TimeZoneInfo,
} from 'ews-javascript-api'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { mendEscaping } from './escaping.ts'
import { mendLogging, mendNode } from './index.ts'
import type { JsElement } from './parse-soap.ts'
import { mendDates, mendReader, mendStringLists, mendTimeZones } from './reading.ts'
import { internal, replace, type Undo } from './replace.ts'
import { mendBatch, mendResponseCodes, mendSyncOrder, mendUnknownItems } from './responses.ts'

/** The library's internals, as far as the tests reach into them. */
type Internal = Record<string, (...args: unknown[]) => unknown> & Record<string, unknown>
type Constructor = new (...args: unknown[]) => Internal

const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1, TimeZoneInfo.Utc)

afterEach(() => void vi.restoreAllMocks())

const wild = '<x> & "q" \u0001\ud800 </t:Subject><t:Sensitivity>Private</t:Sensitivity> ]]> 😀 \r\n'

/** What a mend does, the mend, and the proof, which has to fail without it. */
const mends: readonly [fact: string, mend: () => Undo, prove: () => void][] = [
  [
    'escape text and attributes',
    mendEscaping,
    () => {
      const writer = new EwsServiceXmlWriter(service)
      writer.WriteStartElement(2, 'Subject')
      writer.WriteAttributeValue('Name', wild)
      writer.WriteValue(wild, 'Subject')
      writer.WriteEndElement()
      expect(writer.GetXML()).toBe(
        '<t:Subject xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" Name="' +
          '&lt;x&gt; &amp; &quot;q&quot;  &lt;/t:Subject&gt;&lt;t:Sensitivity&gt;Private&lt;/t:Sensitivity&gt; ]]&gt; 😀 &#xD;&#xA;">' +
          '&lt;x&gt; &amp; "q"  &lt;/t:Subject&gt;&lt;t:Sensitivity&gt;Private&lt;/t:Sensitivity&gt; ]]&gt; 😀 &#xD;\n</t:Subject>',
      )
    },
  ],

  [
    'bring back the function that Node took away',
    mendNode,
    () => {
      const property = new ExtendedPropertyDefinition(
        new Guid('6e0d3c1a-52b7-4f0e-9a55-0c7f2b9d4e81'),
        'X',
        MapiPropertyType.String,
      )
      ;(property as unknown as Internal)['WriteToXml']?.(new EwsServiceXmlWriter(service))
    },
  ],

  [
    'keep the library from writing to stdout',
    mendLogging,
    () => {
      const log = vi.spyOn(console, 'log').mockReset().mockReturnValue()
      EwsLogging.Log('content', true)
      expect(log).not.toHaveBeenCalled()
    },
  ],

  [
    'keep text as it is, CDATA too',
    mendReader,
    () => {
      expect(read('<Subject>  a &amp; b\t</Subject>')).toEqual({ Subject: '  a & b\t' })
      expect(read('<Body BodyType="Text">a<![CDATA[ <b> ]]></Body>')).toEqual({
        Body: { BodyType: 'Text', Body: 'a <b> ' },
      })
      expect(read('<Location>  </Location><Categories>\n</Categories>')).toEqual({
        Location: '  ',
        Categories: null,
      })
    },
  ],

  [
    'refuse a document type',
    mendReader,
    () => {
      const hostile = '<!DOCTYPE a [<!ENTITY x "y">]><a><b>c</b></a>'
      expect(() => readRaw(hostile)).toThrow('document type')
    },
  ],

  [
    'read dates without parsing them twice',
    mendDates,
    () => {
      const parse = vi
        .spyOn(service as unknown as Internal, 'ConvertUniversalDateTimeStringToLocalDateTime')
        .mockClear()
      const epochMs = Date.UTC(2027, 5, 14, 9)
      const item = loaded({ Start: '2027-06-14T09:00:00.123456789', End: '2027-06-14T11:00:00+02:00' })
      expect(item.Start.TotalMilliSeconds).toBe(epochMs + 123)
      expect(item.End.TotalMilliSeconds).toBe(epochMs)
      expect(parse).not.toHaveBeenCalled()
    },
  ],

  [
    'keep a zone that has an id and no rules',
    mendTimeZones,
    () => {
      expect(loaded({ StartTimeZone: { Id: 'W. Europe Standard Time' } }).StartTimeZone.Id).toBe(
        'W. Europe Standard Time',
      )
    },
  ],

  [
    'read an empty list of strings as empty',
    mendStringLists,
    () => {
      const load = (element: JsElement | null) => {
        const list = new StringList()
        ;(list as unknown as Internal)['LoadFromXmlJsObject']?.(element, service)
        return list.GetEnumerator()
      }
      expect([load(null), load({}), load({ String: 'a' }), load({ String: ['a', 'b'] })]).toEqual([
        [],
        [],
        ['a'],
        ['a', 'b'],
      ])
    },
  ],

  [
    'tell the one error of a whole batch',
    mendBatch,
    () => {
      const request = Object.create(MultiResponseServiceRequest.prototype as object) as Internal
      Object.assign(request, {
        service,
        GetResponseMessageXmlElementName: () => 'M',
        GetExpectedResponseMessageCount: () => 2,
      })
      Object.assign(request, {
        CreateServiceResponse: () => new (ServiceResponse as unknown as Constructor)(),
      })
      const message = { ResponseClass: 'Error', ResponseCode: 'ErrorFolderNotFound', MessageText: '' }
      const parse = () => request['ParseResponseXMLJsObject']?.({ ResponseMessages: { M: message } })
      expect(parse).toThrow(expect.objectContaining({ Response: expect.anything() }))
    },
  ],

  [
    'keep response codes that the library does not know',
    mendResponseCodes,
    () => {
      const response = new (ServiceResponse as unknown as Constructor)()
      response['LoadFromXmlJsObject']?.({ ResponseClass: 'Error', ResponseCode: 'ErrorOfTomorrow' }, service)
      expect(response).toMatchObject({ rawCode: 'ErrorOfTomorrow' })
      const parse = (SoapFaultDetails as unknown as Internal)['Parse']
      expect(parse?.({ detail: { ResponseCode: 'ErrorOfTomorrow' } })).toMatchObject({
        rawCode: 'ErrorOfTomorrow',
      })
      expect(parse?.({ faultcode: 'a:ErrorServerBusy' })).toMatchObject({ rawCode: 'ErrorServerBusy' })
    },
  ],

  [
    'make something of an item of unknown kind',
    mendUnknownItems,
    () => {
      const items = new (ItemInfo as unknown as Constructor)()
      expect(items['CreateEwsObjectFromXmlElementName']?.(service, 'PostReplyItem')).toBeInstanceOf(Object)
    },
  ],

  [
    "keep the server's order of changes",
    mendSyncOrder,
    () => {
      const change = (position: number, id: string) => ({
        __position: position,
        CalendarItem: { ItemId: { Id: id, ChangeKey: 'c' } },
      })
      const response = syncResponse()
      const Changes = {
        __prefix: 'm',
        Create: [change(1, 'a'), change(4, 'd')],
        Update: change(2, 'b'),
        Delete: { __position: 3, ItemId: { Id: 'c', ChangeKey: 'c' } },
      }
      response['ReadElementsFromXmlJsObject']?.(
        { SyncState: 's', IncludesLastItemInRange: 'true', Changes },
        service,
      )
      const { Changes: changes } = response as unknown as {
        Changes: { GetEnumerator(): { Id: { UniqueId: string } }[] }
      }
      expect(changes.GetEnumerator().map(({ Id }) => Id.UniqueId)).toEqual(['a', 'b', 'c', 'd'])
    },
  ],
]

test.each(mends)('ews-javascript-api is mended to %s', (_fact, mend, prove) => {
  expect(holds(prove)).toBe(false)
  const undo = mend()
  onTestFinished(undo)
  prove()
  undo()
  expect(holds(prove)).toBe(false)
})

test('a mend for a method that is not there is refused', () => {
  expect(() => replace({}, 'WriteValue', (original) => original)).toThrow('no WriteValue to mend')
})

function holds(prove: () => void): boolean {
  try {
    prove()
    return true
  } catch {
    return false
  }
}

function read(inner: string): unknown {
  return readRaw(`<root>${inner}</root>`)
}

/** Through the module, where the reader is replaced. */
function readRaw(xml: string): unknown {
  const { EwsServiceXmlReader: Reader } = internal('js/Core/EwsServiceXmlReader.js') as {
    EwsServiceXmlReader: new (xml: string, service: ExchangeService) => { JsObject: unknown }
  }
  return new Reader(xml, service).JsObject
}

function loaded(element: JsElement): Appointment {
  const item = new Appointment(service)
  ;(item as unknown as Internal)['LoadFromXmlJsObject']?.(
    { __type: 'CalendarItem', ...element },
    service,
    true,
    null,
    false,
  )
  return item
}

function syncResponse(): Internal {
  const { SyncFolderItemsResponse } = internal('js/Core/Responses/SyncFolderItemsResponse.js') as {
    SyncFolderItemsResponse: Constructor
  }
  return new SyncFolderItemsResponse({})
}
