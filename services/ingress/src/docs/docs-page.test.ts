import { describe, expect, test } from 'vitest'
import { startTestIngress } from '../testing/start.ts'

describe('the API page', () => {
  test('shows every operation and schema, and asks nothing of any other host', async () => {
    const { get } = await startTestIngress()
    const document = (await (await get('/openapi.json')).json()) as {
      paths: object
      components: { schemas: object }
    }
    const response = await get('/docs')
    const page = await response.text()

    for (const path of Object.keys(document.paths)) expect(page).toContain(path)
    for (const name of Object.keys(document.components.schemas)) expect(page).toContain(`id="${name}"`)
    expect(page).not.toMatch(/<script|(src|href)="(https?:)?\/\//)
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none';style-src 'self';img-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    )
    const style = await get('/docs/page.css')
    expect(style.headers.get('content-type')).toMatch('text/css')
    expect(await style.text()).not.toMatch(/url\(|@import/)
  })

  test('is where one lands', async () => {
    const { get } = await startTestIngress()
    expect((await get('/')).headers.get('location')).toBe('/docs')
  })

  test('every reference in the document leads somewhere', async () => {
    const { get } = await startTestIngress()
    const text = await (await get('/openapi.json')).text()
    const { schemas } = (JSON.parse(text) as { components: { schemas: object } }).components
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !(name in schemas))).toEqual([])
    expect(text).not.toContain('$defs')
  })
})
