import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { findPackageJSON } from 'node:module'
import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { uiFolder } from '@lockstep/ui'

const folder = fileURLToPath(new URL('../../public', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The modules of libraries that the page runs, by the name under which it imports them. */
const modules: Readonly<Record<string, string>> = {
  htm: moduleOf('htm', 'dist/htm.module.js'),
  preact: moduleOf('preact', 'dist/preact.module.js'),
  'preact/hooks': moduleOf('preact', 'hooks/dist/hooks.module.js'),
}

/** Serves the page at `/` with all that it loads; `false` where a path is none of its. */
export function createPage(): (request: IncomingMessage, response: ServerResponse, path: string) => boolean {
  const imports = Object.fromEntries(Object.keys(modules).map((name) => [name, `/modules/${name}.js`]))
  const map = JSON.stringify({ imports })
  const files = new Map([
    ...filesIn(folder, '/'),
    ...filesIn(uiFolder, '/ui/'),
    ...Object.entries(modules).map(([name, file]) => [`/modules/${name}.js`, file] as const),
  ])
  const headers = securityHeaders(map)
  return (request, response, path) => {
    const file = files.get(path === '/' ? '/index.html' : path)
    if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) return false
    const content = readFileSync(file, 'utf8').replace(
      '<!-- import map -->',
      () => `<script type="importmap">${map}</script>`,
    )
    request.resume()
    response.writeHead(200, {
      ...headers,
      'content-type': types[extname(file)] ?? 'application/octet-stream',
    })
    response.end(content)
    return true
  }
}

function filesIn(directory: string, path: string): (readonly [string, string])[] {
  return readdirSync(directory).map((name) => [`${path}${name}`, `${directory}/${name}`] as const)
}

/** Only this server's files run and load; the import map is the one script that stands in the page itself. */
function securityHeaders(inlineScript: string): Record<string, string> {
  const hash = createHash('sha256').update(inlineScript).digest('base64')
  return {
    'content-security-policy': [
      "default-src 'self'",
      `script-src 'self' 'sha256-${hash}'`,
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  }
}

function moduleOf(name: string, file: string): string {
  const manifest = findPackageJSON(name, import.meta.url)
  if (!manifest) throw new Error(`The package ${name} is not installed.`)
  return `${dirname(manifest)}/${file}`
}
