import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { hasBrowser, openPage } from '../support/browser.ts'
import { startDemoSystem } from '../support/demo.ts'
import { alice } from '../support/system.ts'

const inAnHour = { dateTime: `${today()}T10:00:00`, timeZone: 'Europe/Amsterdam' }
const inTwoHours = { dateTime: `${today()}T11:00:00`, timeZone: 'Europe/Amsterdam' }

describe.skipIf(!hasBrowser)('the page with both calendars', () => {
  test('what is made, edited and cancelled on either side is seen on the other', async () => {
    const { pageUrl, simulator } = await startDemoSystem()
    const { page, complaints } = await openPage(pageUrl)
    const application = page.getByRole('region', { name: 'Application' })
    const exchange = page.getByRole('region', { name: 'Exchange' })
    await page.getByText('Both calendars are empty').waitFor()

    await application.getByRole('button', { name: 'New' }).click()
    await page.getByLabel('Subject').fill('From the application')
    await page.getByRole('button', { name: 'Create' }).click()
    await exchange.getByText('From the application').waitFor()

    simulator.userCreates(alice, { subject: 'From Outlook', start: inAnHour, end: inTwoHours })
    await application.getByText('From Outlook').waitFor()

    await application.getByText('From Outlook').click()
    await page.getByLabel('Subject').fill('Edited here')
    await page.getByRole('button', { name: 'Save' }).click()
    await exchange.getByText('Edited here').waitFor()
    await page.getByText('In step: 2 appointments on both sides').waitFor()

    await exchange.getByText('From the application').click()
    await page.getByRole('button', { name: 'Cancel appointment' }).click()
    await expect.poll(() => application.getByText('From the application').count()).toBe(0)
    await eventually(() => expect(simulator.calendarOf(alice)).toMatchObject([{ subject: 'Edited here' }]))
    expect(complaints).toEqual([])
  })

  test('what may not cross is seen in Exchange with its reason, and nowhere else', async () => {
    const { pageUrl, simulator } = await startDemoSystem()
    const { page } = await openPage(pageUrl)
    simulator.userCreates(alice, {
      subject: 'Dentist',
      start: inAnHour,
      end: inTwoHours,
      sensitivity: 'private',
    })
    simulator.userCreates(alice, { subject: 'Lunch', start: inAnHour, end: inTwoHours })

    const application = page.getByRole('region', { name: 'Application' })
    const exchange = page.getByRole('region', { name: 'Exchange' })
    await application.getByText('Lunch').waitFor()
    await exchange.getByText('Dentist').waitFor()
    await exchange.getByText('1 private').waitFor()
    expect(await application.getByText('Dentist').count()).toBe(0)
  })

  test('it fits a narrow screen, and the way of a change is shown step by step', async () => {
    const { pageUrl, simulator } = await startDemoSystem()
    const { page } = await openPage(pageUrl, { width: 360, height: 800 })
    simulator.userCreates(alice, { subject: 'Lunch', start: inAnHour, end: inTwoHours })

    const ways = page.getByRole('region', { name: 'The way of the last changes' })
    for (const step of ['synced', 'read', 'delivered']) await ways.getByText(step, { exact: true }).waitFor()
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBeLessThanOrEqual(0)
  })
})

/** The calendars show this week, in Amsterdam. */
function today(): string {
  return Temporal.Now.zonedDateTimeISO('Europe/Amsterdam').toPlainDate().toString()
}
