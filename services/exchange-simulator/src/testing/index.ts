export { startPushListener, type PushListener } from './push-listener.ts'
export { canValidate, schemaViolations } from './schema-check.ts'
export {
  codeOf,
  codesOf,
  itemsOf,
  post,
  soapClient,
  type CallOptions,
  type SoapReply,
} from './soap-client.ts'
