export type ErrorDetails = Readonly<Record<string, string | number>>

/** A failure that EWS reports with a response code: for one item, or as a fault if it concerns the request. */
export class EwsError extends Error {
  override name = 'EwsError'
  readonly code: string
  readonly details: ErrorDetails

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** A failure that is always a SOAP fault, whatever the operation. */
export class SoapFaultError extends EwsError {
  override name = 'SoapFaultError'
}

export function schemaViolation(reason: string): SoapFaultError {
  return new SoapFaultError('ErrorSchemaValidation', `The request failed schema validation: ${reason}`, {
    Violation: reason,
    LineNumber: 1,
    LinePosition: 1,
  })
}

export function itemNotFound(): EwsError {
  return new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.')
}

export function folderNotFound(): EwsError {
  return new EwsError('ErrorFolderNotFound', 'The specified folder could not be found in the store.')
}

export function accessDenied(): EwsError {
  return new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
}

export function nonExistentMailbox(): EwsError {
  return new EwsError('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.')
}

export function malformedId(): EwsError {
  return new EwsError('ErrorInvalidIdMalformed', 'Id is malformed.')
}

export function invalidSyncState(): EwsError {
  return new EwsError(
    'ErrorInvalidSyncStateData',
    'Synchronization state data is corrupt or otherwise invalid.',
  )
}

export function serverBusy(backOffMs?: number): EwsError {
  return new EwsError(
    'ErrorServerBusy',
    'The server cannot service this request right now. Try again later.',
    backOffMs === undefined ? {} : { BackOffMilliseconds: backOffMs },
  )
}
