import { fileURLToPath } from 'node:url'

/**
 * The folder with the tokens and parts of all pages: style sheets, and modules
 * that import `preact` and `htm` by name. A page serves it as `/ui`.
 */
export const uiFolder = fileURLToPath(new URL('../public', import.meta.url))
