import agentsOnHostNetwork from './agents-on-host-network.ts'
import backendHangsUp from './backend-hangs-up.ts'
import canaryAtZero from './canary-at-zero.ts'
import dnsAaaaLost from './dns-aaaa-lost.ts'
import dnsAclBlocksNode from './dns-acl-blocks-node.ts'
import dnsApiUnreachable from './dns-api-unreachable.ts'
import dnsBridgeUnfiltered from './dns-bridge-unfiltered.ts'
import dnsCacheOff from './dns-cache-off.ts'
import dnsConntrackFull from './dns-conntrack-full.ts'
import dnsCopiedLabel from './dns-copied-label.ts'
import dnsCorefileBrace from './dns-corefile-brace.ts'
import dnsCorefileTypo from './dns-corefile-typo.ts'
import dnsCustomIgnored from './dns-custom-ignored.ts'
import dnsDenialKept from './dns-denial-kept.ts'
import dnsDeniesClusterNames from './dns-denies-cluster-names.ts'
import dnsDomainMismatch from './dns-domain-mismatch.ts'
import dnsEndpointslicesForbidden from './dns-endpointslices-forbidden.ts'
import dnsForwardLoopback from './dns-forward-loopback.ts'
import dnsForwardSelf from './dns-forward-self.ts'
import dnsHomeNodeLossy from './dns-home-node-lossy.ts'
import dnsHostAliasesRight from './dns-host-aliases-right.ts'
import dnsHostNetwork from './dns-host-network.ts'
import dnsHostsShadowsService from './dns-hosts-shadows-service.ts'
import dnsKubeletWrongServer from './dns-kubelet-wrong-server.ts'
import dnsLargePacketsLost from './dns-large-packets-lost.ts'
import dnsLeftoverSlice from './dns-leftover-slice.ts'
import dnsLogOn from './dns-log-on.ts'
import dnsLoopInResolvConf from './dns-loop-in-resolv-conf.ts'
import dnsManyServers from './dns-many-servers.ts'
import dnsMixedNameservers from './dns-mixed-nameservers.ts'
import dnsNodeBlackhole from './dns-node-blackhole.ts'
import dnsNodeRejected from './dns-node-rejected.ts'
import dnsOddAndHealthy from './dns-odd-and-healthy.ts'
import dnsOddCorefile from './dns-odd-corefile.ts'
import dnsOneUpstreamDead from './dns-one-upstream-dead.ts'
import dnsPathToServerDropped from './dns-path-to-server-dropped.ts'
import dnsRaceImitated from './dns-race-imitated.ts'
import dnsRaceLossy from './dns-race-lossy.ts'
import dnsReplicaLossy from './dns-replica-lossy.ts'
import dnsReplicaRefused from './dns-replica-refused.ts'
import dnsReplicaUnreachable from './dns-replica-unreachable.ts'
import dnsRepliesFromElsewhere from './dns-replies-from-elsewhere.ts'
import dnsScaledToZero from './dns-scaled-to-zero.ts'
import dnsSearchAmplification from './dns-search-amplification.ts'
import dnsServerBehindFirewall from './dns-server-behind-firewall.ts'
import dnsServerOom from './dns-server-oom.ts'
import dnsServersOnOneNode from './dns-servers-on-one-node.ts'
import dnsServiceAddressLost from './dns-service-address-lost.ts'
import dnsServiceLocal from './dns-service-local.ts'
import dnsServiceSelector from './dns-service-selector.ts'
import dnsServiceTargetPort from './dns-service-target-port.ts'
import dnsServiceWithoutTcp from './dns-service-without-tcp.ts'
import dnsServiceWithoutUdp from './dns-service-without-udp.ts'
import dnsSessionAffinity from './dns-session-affinity.ts'
import dnsSingleServer from './dns-single-server.ts'
import dnsStarved from './dns-starved.ts'
import dnsSuffixWildcard from './dns-suffix-wildcard.ts'
import dnsTcpBlockedOnNode from './dns-tcp-blocked-on-node.ts'
import dnsTcpDropped from './dns-tcp-dropped.ts'
import dnsTooManySearches from './dns-too-many-searches.ts'
import dnsUdpBlocked from './dns-udp-blocked.ts'
import dnsUpstreamAaaaNxdomain from './dns-upstream-aaaa-nxdomain.ts'
import dnsUpstreamDead from './dns-upstream-dead.ts'
import dnsUpstreamGone from './dns-upstream-gone.ts'
import dnsUpstreamIgnoresAaaa from './dns-upstream-ignores-aaaa.ts'
import dnsUpstreamRateCapped from './dns-upstream-rate-capped.ts'
import dnsUpstreamRefused from './dns-upstream-refused.ts'
import dnsUpstreamServfail from './dns-upstream-servfail.ts'
import dnsUpstreamSlow from './dns-upstream-slow.ts'
import dnsWrongNameserver from './dns-wrong-nameserver.ts'
import handMadeSlice from './hand-made-slice.ts'
import handMadeSliceRight from './hand-made-slice-right.ts'
import healthy from './healthy.ts'
import hostPortTaken from './host-port-taken.ts'
import hostileNamespace from './hostile-namespace.ts'
import imageMissing from './image-missing.ts'
import ingressClassUnserved from './ingress-class-unserved.ts'
import ingressPortMissing from './ingress-port-missing.ts'
import ingressServiceMissing from './ingress-service-missing.ts'
import initContainerWaits from './init-container-waits.ts'
import jobCompleted from './job-completed.ts'
import kubeProxyGone from './kube-proxy-gone.ts'
import leftoversOfJobs from './leftovers-of-jobs.ts'
import listensOnLoopback from './listens-on-loopback.ts'
import namespaceRestricted from './namespace-restricted.ts'
import nativeSidecar from './native-sidecar.ts'
import nodeCacheHealthy from './node-cache-healthy.ts'
import nodeCordoned from './node-cordoned.ts'
import podNeverEnds from './pod-never-ends.ts'
import podsFitNoNode from './pods-fit-no-node.ts'
import podsNotReady from './pods-not-ready.ts'
import policyBeforeDnsServers from './policy-before-dns-servers.ts'
import policyDefaultDenyRight from './policy-default-deny-right.ts'
import policyDnsAddressOnly from './policy-dns-address-only.ts'
import policyDnsUdpOnly from './policy-dns-udp-only.ts'
import policyDnsWrongLabel from './policy-dns-wrong-label.ts'
import policyForgetsDns from './policy-forgets-dns.ts'
import policyNamesItsPods from './policy-names-its-pods.ts'
import portTakenBySidecar from './port-taken-by-sidecar.ts'
import proxyReadTimeout from './proxy-read-timeout.ts'
import quotaUsedUp from './quota-used-up.ts'
import raceHealed from './race-healed.ts'
import readinessWrongPort from './readiness-wrong-port.ts'
import rolloutStuckBehind from './rollout-stuck-behind.ts'
import scaledToZeroOnPurpose from './scaled-to-zero-on-purpose.ts'
import serviceLocalOnly from './service-local-only.ts'
import serviceOddShapes from './service-odd-shapes.ts'
import serviceOfCronjob from './service-of-cronjob.ts'
import serviceSelectorTypo from './service-selector-typo.ts'
import serviceSelectsTwoApps from './service-selects-two-apps.ts'
import serviceUdpForTcp from './service-udp-for-tcp.ts'
import slowPod from './slow-pod.ts'
import targetPortClosed from './target-port-closed.ts'
import targetPortNameMissing from './target-port-name-missing.ts'
import targetPortUndeclared from './target-port-undeclared.ts'
import tlsBackendBroken from './tls-backend-broken.ts'
import tlsCertificateExpired from './tls-certificate-expired.ts'
import tlsSecretMissing from './tls-secret-missing.ts'
import weaveTcBroken from './weave-tc-broken.ts'
// Every fault there is, by name. Explicit, so that it can be searched for.
import type { Fault } from './fault.ts'

export const faults: readonly Fault[] = [
  agentsOnHostNetwork,
  backendHangsUp,
  canaryAtZero,
  dnsAaaaLost,
  dnsAclBlocksNode,
  dnsApiUnreachable,
  dnsBridgeUnfiltered,
  dnsCacheOff,
  dnsConntrackFull,
  dnsCopiedLabel,
  dnsCorefileBrace,
  dnsCorefileTypo,
  dnsCustomIgnored,
  dnsDenialKept,
  dnsDeniesClusterNames,
  dnsDomainMismatch,
  dnsEndpointslicesForbidden,
  dnsForwardLoopback,
  dnsForwardSelf,
  dnsHomeNodeLossy,
  dnsHostAliasesRight,
  dnsHostNetwork,
  dnsHostsShadowsService,
  dnsKubeletWrongServer,
  dnsLargePacketsLost,
  dnsLeftoverSlice,
  dnsLogOn,
  dnsLoopInResolvConf,
  dnsManyServers,
  dnsMixedNameservers,
  dnsNodeBlackhole,
  dnsNodeRejected,
  dnsOddAndHealthy,
  dnsOddCorefile,
  dnsOneUpstreamDead,
  dnsPathToServerDropped,
  dnsRaceImitated,
  dnsRaceLossy,
  dnsReplicaLossy,
  dnsReplicaRefused,
  dnsReplicaUnreachable,
  dnsRepliesFromElsewhere,
  dnsScaledToZero,
  dnsSearchAmplification,
  dnsServerBehindFirewall,
  dnsServerOom,
  dnsServersOnOneNode,
  dnsServiceAddressLost,
  dnsServiceLocal,
  dnsServiceSelector,
  dnsServiceTargetPort,
  dnsServiceWithoutTcp,
  dnsServiceWithoutUdp,
  dnsSessionAffinity,
  dnsSingleServer,
  dnsStarved,
  dnsSuffixWildcard,
  dnsTcpBlockedOnNode,
  dnsTcpDropped,
  dnsTooManySearches,
  dnsUdpBlocked,
  dnsUpstreamAaaaNxdomain,
  dnsUpstreamDead,
  dnsUpstreamGone,
  dnsUpstreamIgnoresAaaa,
  dnsUpstreamRateCapped,
  dnsUpstreamRefused,
  dnsUpstreamServfail,
  dnsUpstreamSlow,
  dnsWrongNameserver,
  handMadeSlice,
  handMadeSliceRight,
  healthy,
  hostPortTaken,
  hostileNamespace,
  imageMissing,
  ingressClassUnserved,
  ingressPortMissing,
  ingressServiceMissing,
  initContainerWaits,
  jobCompleted,
  kubeProxyGone,
  leftoversOfJobs,
  listensOnLoopback,
  namespaceRestricted,
  nativeSidecar,
  nodeCacheHealthy,
  nodeCordoned,
  podNeverEnds,
  podsFitNoNode,
  podsNotReady,
  policyBeforeDnsServers,
  policyDefaultDenyRight,
  policyDnsAddressOnly,
  policyDnsUdpOnly,
  policyDnsWrongLabel,
  policyForgetsDns,
  policyNamesItsPods,
  portTakenBySidecar,
  proxyReadTimeout,
  quotaUsedUp,
  raceHealed,
  readinessWrongPort,
  rolloutStuckBehind,
  scaledToZeroOnPurpose,
  serviceLocalOnly,
  serviceOddShapes,
  serviceOfCronjob,
  serviceSelectorTypo,
  serviceSelectsTwoApps,
  serviceUdpForTcp,
  slowPod,
  targetPortClosed,
  targetPortNameMissing,
  targetPortUndeclared,
  tlsBackendBroken,
  tlsCertificateExpired,
  tlsSecretMissing,
  weaveTcBroken,
]
