import { node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { answerEach } from './answer.ts'
import { type Context, folderOf } from './context.ts'
import { readFolderShape, writeFolder } from './folder-shape.ts'
import { checkOrder, required, requiredList } from './request.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation */
export function getFolder(request: Element, context: Context): Xml {
  checkOrder(request, 'FolderShape', 'FolderIds')
  const shape = readFolderShape(required(request, 'FolderShape'))
  return answerEach(
    'GetFolder',
    context,
    requiredList(request, 'FolderIds'),
    (element) => node('m:Folders', writeFolder(folderOf(context, element), shape)),
    node('m:Folders', ''),
  )
}
