import { existsSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

const program = '/usr/bin/chromium'
const options = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Whether Debian's Chromium is here. Tests that need it say that they are skipped where it is not. */
export const hasBrowser = existsSync(program)

type Opened = {
  page: Page
  /** What the page complained of, and the requests it made to other hosts. */
  complaints: string[]
}

/** Opens a page in headless Chromium, in Amsterdam. Closed when the test ends. */
export async function openPage(url: string, viewport = { width: 1280, height: 900 }): Promise<Opened> {
  const browser = await chromium.launch({ executablePath: program, args: options })
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ viewport, timezoneId: 'Europe/Amsterdam' })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(url).host) complaints.push(`request to ${request.url()}`)
  })
  await page.goto(url)
  return { page, complaints }
}
