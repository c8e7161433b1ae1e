import { compileExpression, type Operand } from '../calendar/search-expression.ts'
import { EwsError } from '../soap/errors.ts'
import type { Element } from '../xml/element.ts'
import type { Place } from './context.ts'
import { foldersBelow, kindOf } from './folder-shape.ts'

const operands: Readonly<Record<string, Operand<Place>>> = {
  'folder:DisplayName': {
    values: ({ folder }) => [kindOf(folder).name],
    constant: (text) => text,
  },
  'folder:FolderClass': {
    values: ({ folder }) => [kindOf(folder).folderClass || undefined],
    constant: (text) => text,
  },
  'folder:TotalCount': { values: ({ folder }) => [folder.items.size], constant: Number },
  'folder:ChildFolderCount': {
    values: ({ mailbox, folder }) => [foldersBelow(mailbox, folder, 'Shallow').length],
    constant: Number,
  },
}

/** Compiles the search expression of a FindFolder. */
export function compileFolderRestriction(expression: Element): (place: Place) => boolean {
  return compileExpression<Place>(expression, (path) => {
    const operand = operands[path.attributes['FieldURI'] ?? '']
    if (operand) return operand
    throw new EwsError(
      'ErrorUnsupportedPathForQuery',
      'The property can not be used with this type of restriction.',
    )
  }).test
}
