import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { uiFolder } from '@lockstep/ui'
import express, { type RequestHandler, Router } from 'express'
import { importMap, modulesRouter, pathOf } from './browser-modules.ts'

const folder = fileURLToPath(new URL('../public', import.meta.url))

/** What the page has to know before it asks for anything. */
export type PageSettings = { mailboxes: readonly string[]; hasExchange: boolean }

/** The page at `/` with all that it loads. Everything comes from this server; there is no build step. */
export function pageRouter(settings: PageSettings): Router {
  const map = JSON.stringify({ imports: importMap })
  const known = JSON.stringify(settings).replaceAll('<', String.raw`\u003c`)
  const html = readFileSync(`${folder}/index.html`, 'utf8')
    .replaceAll('{{fullcalendar}}', pathOf('fullcalendar'))
    .replace('<!-- import map -->', () => `<script type="importmap">${map}</script>`)
    .replace('<!-- settings -->', () => `<script type="application/json" id="settings">${known}</script>`)

  const router = Router().use(securityHeaders(map)).use(modulesRouter())
  router.get(
    '/',
    (_request, response) => void response.set('Cache-Control', 'no-cache').type('html').send(html),
  )
  router.use('/ui', express.static(uiFolder, { index: false }))
  return router.use(express.static(folder, { index: false }))
}

/** Only this server's files run and load; the import map is the one script that stands in the page itself. */
function securityHeaders(inlineScript: string): RequestHandler {
  const hash = createHash('sha256').update(inlineScript).digest('base64')
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'sha256-${hash}'`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return (_request, response, next) => {
    response.set({
      'Content-Security-Policy': policy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    })
    next()
  }
}
