import { onTheWire } from '@lockstep/ledger/testing'

/** How a worker says what came of what it did, as it goes over the wire to Redis. */
export const commits = {
  'outbound-worker': [...onTheWire('settle'), ...onTheWire('release-outbound')],
  'inbound-worker': [...onTheWire('tell'), ...onTheWire('release-delivery')],
} as const
