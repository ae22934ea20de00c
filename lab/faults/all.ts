// Every fault there is, by name. Explicit, so that it can be searched for.
import dnsAaaaLost from './dns-aaaa-lost.ts'
import dnsNodeBlackhole from './dns-node-blackhole.ts'
import dnsRaceLossy from './dns-race-lossy.ts'
import dnsReplicaUnreachable from './dns-replica-unreachable.ts'
import dnsScaledToZero from './dns-scaled-to-zero.ts'
import dnsSearchAmplification from './dns-search-amplification.ts'
import dnsStarved from './dns-starved.ts'
import dnsUpstreamDead from './dns-upstream-dead.ts'
import healthy from './healthy.ts'
import ingressClassUnserved from './ingress-class-unserved.ts'
import ingressPortMissing from './ingress-port-missing.ts'
import ingressServiceMissing from './ingress-service-missing.ts'
import jobCompleted from './job-completed.ts'
import podsNotReady from './pods-not-ready.ts'
import policyDnsUdpOnly from './policy-dns-udp-only.ts'
import policyForgetsDns from './policy-forgets-dns.ts'
import raceHealed from './race-healed.ts'
import scaledToZeroOnPurpose from './scaled-to-zero-on-purpose.ts'
import serviceSelectorTypo from './service-selector-typo.ts'
import slowPod from './slow-pod.ts'
import targetPortClosed from './target-port-closed.ts'
import targetPortNameMissing from './target-port-name-missing.ts'
import targetPortUndeclared from './target-port-undeclared.ts'
import weaveTcBroken from './weave-tc-broken.ts'
import type { Fault } from './fault.ts'

export const faults: readonly Fault[] = [
  dnsAaaaLost,
  dnsNodeBlackhole,
  dnsRaceLossy,
  dnsReplicaUnreachable,
  dnsScaledToZero,
  dnsSearchAmplification,
  dnsStarved,
  dnsUpstreamDead,
  healthy,
  ingressClassUnserved,
  ingressPortMissing,
  ingressServiceMissing,
  jobCompleted,
  podsNotReady,
  policyDnsUdpOnly,
  policyForgetsDns,
  raceHealed,
  scaledToZeroOnPurpose,
  serviceSelectorTypo,
  slowPod,
  targetPortClosed,
  targetPortNameMissing,
  targetPortUndeclared,
  weaveTcBroken,
]
