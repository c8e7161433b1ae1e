import { startSimulator } from '@lockstep/exchange-simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasBrowser, openPage } from '../support/browser.ts'
import { alice } from '../support/system.ts'

describe.skipIf(!hasBrowser)('the page of the simulator', () => {
  test.for(['Pacific/Kiritimati', 'Pacific/Pago_Pago'])(
    'shows what lasts a whole day in %s on that day',
    async (timeZone) => {
      const simulator = await startSimulator({ seed: false })
      onTestFinished(() => simulator.close())
      simulator.addMailbox(alice)
      const day = Temporal.Now.zonedDateTimeISO('Europe/Amsterdam').toPlainDate()
      const midnight = (date: Temporal.PlainDate) => ({ dateTime: `${date.toString()}T00:00:00`, timeZone })
      const times = { start: midnight(day), end: midnight(day.add({ days: 1 })) }
      simulator.userCreates(alice, { subject: 'Office closed', isAllDay: true, ...times })

      const { page } = await openPage(`${simulator.controlUrl}#calendars`)
      await page.getByText('Office closed').waitFor()
      const days = page.locator('.week > li', { hasText: 'Office closed' })
      expect(await days.locator('h3').allTextContents()).toEqual([
        day.toLocaleString('en-GB', { weekday: 'long', day: 'numeric', month: 'short' }),
      ])
    },
  )
})
