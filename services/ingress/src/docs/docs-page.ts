import { readFileSync } from 'node:fs'
import { Router } from 'express'
import type { OpenApiDocument } from '../openapi/document.ts'
import { renderPage } from './page.ts'

/** `GET /openapi.json`, and the page at `/docs` that shows it. */
export function docsPage(document: OpenApiDocument): Router {
  const page = renderPage(document)
  const style = readFileSync(new URL('page.css', import.meta.url), 'utf8')

  return Router()
    .get('/', (_request, response) => response.redirect('/docs'))
    .get('/openapi.json', (_request, response) => void response.json(document))
    .get('/docs', (_request, response) => void response.type('html').send(page))
    .get('/docs/page.css', (_request, response) => void response.type('css').send(style))
}
