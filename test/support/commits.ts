import { scriptDigest } from '@lockstep/ledger/testing'

/** How a worker says what came of what it did, as it goes over the wire to Redis. */
export const commits = {
  'outbound-worker': [scriptDigest('settle'), scriptDigest('release-outbound')],
  'inbound-worker': [scriptDigest('tell'), scriptDigest('release-delivery')],
} as const
