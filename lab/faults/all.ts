// Every fault there is, by name. Explicit, so that it can be searched for.
import dnsAaaaLost from './dns-aaaa-lost.ts'
import dnsBridgeUnfiltered from './dns-bridge-unfiltered.ts'
import dnsConntrackFull from './dns-conntrack-full.ts'
import dnsKubeletWrongServer from './dns-kubelet-wrong-server.ts'
import dnsLargePacketsLost from './dns-large-packets-lost.ts'
import dnsNodeBlackhole from './dns-node-blackhole.ts'
import dnsNodeRejected from './dns-node-rejected.ts'
import dnsPathToServerDropped from './dns-path-to-server-dropped.ts'
import dnsRaceImitated from './dns-race-imitated.ts'
import dnsRaceLossy from './dns-race-lossy.ts'
import dnsReplicaLossy from './dns-replica-lossy.ts'
import dnsReplicaRefused from './dns-replica-refused.ts'
import dnsReplicaUnreachable from './dns-replica-unreachable.ts'
import dnsScaledToZero from './dns-scaled-to-zero.ts'
import dnsSearchAmplification from './dns-search-amplification.ts'
import dnsServerBehindFirewall from './dns-server-behind-firewall.ts'
import dnsServiceAddressLost from './dns-service-address-lost.ts'
import dnsStarved from './dns-starved.ts'
import dnsUdpBlocked from './dns-udp-blocked.ts'
import dnsUpstreamAaaaNxdomain from './dns-upstream-aaaa-nxdomain.ts'
import dnsUpstreamDead from './dns-upstream-dead.ts'
import dnsUpstreamGone from './dns-upstream-gone.ts'
import dnsUpstreamIgnoresAaaa from './dns-upstream-ignores-aaaa.ts'
import dnsUpstreamRateCapped from './dns-upstream-rate-capped.ts'
import dnsUpstreamRefused from './dns-upstream-refused.ts'
import dnsUpstreamServfail from './dns-upstream-servfail.ts'
import dnsUpstreamSlow from './dns-upstream-slow.ts'
import healthy from './healthy.ts'
import ingressClassUnserved from './ingress-class-unserved.ts'
import ingressPortMissing from './ingress-port-missing.ts'
import ingressServiceMissing from './ingress-service-missing.ts'
import jobCompleted from './job-completed.ts'
import nodeCacheHealthy from './node-cache-healthy.ts'
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
  dnsBridgeUnfiltered,
  dnsConntrackFull,
  dnsKubeletWrongServer,
  dnsLargePacketsLost,
  dnsNodeBlackhole,
  dnsNodeRejected,
  dnsPathToServerDropped,
  dnsRaceImitated,
  dnsRaceLossy,
  dnsReplicaLossy,
  dnsReplicaRefused,
  dnsReplicaUnreachable,
  dnsScaledToZero,
  dnsSearchAmplification,
  dnsServerBehindFirewall,
  dnsServiceAddressLost,
  dnsStarved,
  dnsUdpBlocked,
  dnsUpstreamAaaaNxdomain,
  dnsUpstreamDead,
  dnsUpstreamGone,
  dnsUpstreamIgnoresAaaa,
  dnsUpstreamRateCapped,
  dnsUpstreamRefused,
  dnsUpstreamServfail,
  dnsUpstreamSlow,
  healthy,
  ingressClassUnserved,
  ingressPortMissing,
  ingressServiceMissing,
  jobCompleted,
  nodeCacheHealthy,
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
