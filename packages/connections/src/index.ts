export { AddressListError, addressesInCsv, eachOnce } from './addresses-in-csv.ts'
export { attemptExchange } from './attempt-exchange.ts'
export { environmentOf, readConnectionsFile } from './connections-file.ts'
export { holdConnections, type Running } from './hold-connections.ts'
export {
  defaultConnection,
  type Deployment,
  type DeploymentSchemas,
  loadDeployment,
} from './load-deployment.ts'
export { fewMailboxes, mailboxTesting } from './mailbox-testing.ts'
export { notificationUrl, readNotificationAddress } from './notification-url.ts'
export { type Connection, openConnection, type Shared } from './open-connection.ts'
export { startWorker, type Work, type WorkerConfig, type WorkerProcess } from './start-worker.ts'
export { type Other, ownerOf } from './other-connections.ts'
export { type HearingKind, trialNotifications } from './trial-notifications.ts'
export { watchDeployment, type Watching } from './watch-deployment.ts'
export { connectionVariableNames, deploymentVariables, isConnectionVariable } from './variables.ts'
export { type Rehearse, withDryRun } from './with-dry-run.ts'
