import type { AnyCheck } from '../findings/check.ts'
import parallelLookupDrop from './dns/parallel-lookup-drop.ts'
import questionTypeLost from './dns/question-type-lost.ts'
import corednsStarved from './dns/coredns-starved.ts'
import searchAmplification from './dns/search-amplification.ts'
import nodeCutOff from './dns/node-cut-off.ts'
import replicaUnreachable from './dns/replica-unreachable.ts'
import noDnsEndpoints from './dns/no-dns-endpoints.ts'
import upstreamDead from './dns/upstream-dead.ts'
import tcpUnanswered from './dns/tcp-unanswered.ts'
import lookupsLost from './dns/lookups-lost.ts'

/** Every check, sorted by code: explicit, so that it can be searched and reviewed. */
export const checks: readonly AnyCheck[] = [
  parallelLookupDrop, // DNS101
  questionTypeLost, // DNS102
  corednsStarved, // DNS103
  searchAmplification, // DNS104
  nodeCutOff, // DNS105
  replicaUnreachable, // DNS106
  noDnsEndpoints, // DNS107
  upstreamDead, // DNS108
  tcpUnanswered, // DNS109
  lookupsLost, // DNS110
]
