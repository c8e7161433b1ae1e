import type { Folder } from '../store/mailbox.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { ExtendedPath } from './extended.ts'
import { writeInstant } from './time.ts'

/** The two counters by which a client sees cheaply whether a folder changed. */
const properties: Readonly<Record<string, (folder: Folder) => string>> = {
  'tag/26378': ({ items }) =>
    writeInstant(Math.max(0, ...[...items.values()].map(({ modifiedAt }) => modifiedAt))),
  'tag/26379': ({ log }) => String(log.removals),
}

export function writeExtendedFolderProperty(folder: Folder, path: ExtendedPath): Xml {
  const value = properties[path.key]?.(folder)
  if (value === undefined) return ''
  return node('t:ExtendedProperty', node('t:ExtendedFieldURI', '', path.attributes) + leaf('t:Value', value))
}
