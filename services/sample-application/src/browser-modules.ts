import { readFileSync, realpathSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'
import express, { Router } from 'express'

/** The packages that the page runs, as they lie in node_modules, with what it imports from them by name. */
const wanted = {
  fullcalendar: {},
  htm: { htm: 'dist/htm.module.js' },
  preact: { preact: 'dist/preact.module.js', 'preact/hooks': 'hooks/dist/hooks.module.js' },
  'temporal-polyfill': { 'temporal-polyfill/global': 'global.js' },
} satisfies Record<string, Record<string, string>>

type Package = keyof typeof wanted

const packages = Object.entries(wanted).map(([name, modules]) => ({ name, modules, ...locate(name) }))

/** Where the browser finds each module: the page's import map. */
export const importMap: Record<string, string> = Object.fromEntries(
  packages.flatMap(({ path, modules }) =>
    Object.entries(modules).map(([name, file]) => [name, `${path}/${file}`]),
  ),
)

/** The path of a package in the browser. */
export function pathOf(name: Package): string {
  return packages.find((known) => known.name === name)!.path
}

/** Serves the packages. Their paths hold the version, so that a browser may keep the files. */
export function modulesRouter(): Router {
  const router = Router()
  for (const { path, folder } of packages) {
    router.use(path, express.static(folder, { index: false, immutable: true, maxAge: '1y' }))
  }
  return router
}

function locate(name: string): { folder: string; path: string } {
  const manifest = findPackageJSON(name, import.meta.url)
  if (!manifest) throw new Error(`The package ${name} is not installed.`)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return { folder: realpathSync(dirname(manifest)), path: `/modules/${name}@${version}` }
}
