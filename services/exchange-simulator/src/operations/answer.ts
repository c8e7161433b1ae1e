import { answer, messageXml } from '../soap/envelope.ts'
import { EwsError, SoapFaultError } from '../soap/errors.ts'
import type { AnswerStream } from '../soap/stream.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import type { Context } from './context.ts'

export type Operation = (request: Element, context: Context) => Xml | AnswerStream

/** The answer of an operation: one message for each thing asked. */
export function respond(operation: string, messages: readonly Xml[]): Xml {
  return answer(`${operation}Response`, node('m:ResponseMessages', messages))
}

export function success(operation: string, content: Xml | readonly Xml[]): Xml {
  const inner = typeof content === 'string' ? content : content.join('')
  return node(`m:${operation}ResponseMessage`, leaf('m:ResponseCode', 'NoError') + inner, {
    ResponseClass: 'Success',
  })
}

/** `filler` is what the schema wants even in a message that failed. */
export function failure(operation: string, error: EwsError, filler: Xml = ''): Xml {
  return node(
    `m:${operation}ResponseMessage`,
    leaf('m:MessageText', error.message) +
      leaf('m:ResponseCode', error.code) +
      leaf('m:DescriptiveLinkKey', 0) +
      messageXml(error.details) +
      filler,
    { ResponseClass: 'Error' },
  )
}

/** Answers for each of `elements` by itself, so that one that fails does not take the others along. */
export function answerEach(
  operation: string,
  context: Context,
  elements: readonly Element[],
  act: (element: Element) => Xml,
  filler: Xml = '',
): Xml {
  const messages = elements.map((element) =>
    attempt(operation, context, element.attributes['Id'], () => success(operation, act(element)), filler),
  )
  return respond(operation, messages)
}

/** One message: what `act` makes, or the error that it met. */
export function attempt(
  operation: string,
  context: Context,
  itemId: string | undefined,
  act: () => Xml,
  filler: Xml = '',
): Xml {
  try {
    const fault = context.faultFor(itemId)
    if (fault) throw fault
    return act()
  } catch (error) {
    if (!(error instanceof EwsError) || error instanceof SoapFaultError) throw error
    return failure(operation, error, filler)
  }
}
