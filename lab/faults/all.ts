import dnsSrvDenied from './dns/dns-srv-denied.ts'
import dnsTwoCorefiles from './dns/dns-two-corefiles.ts'
import dnsTakenElsewhere from './dns/dns-taken-elsewhere.ts'
import policyDnsLeavesNamespaceOut from './policy/policy-dns-leaves-namespace-out.ts'
import largeSegmentsDropped from './node/large-segments-dropped.ts'
import dnsNoendpoints from './dns/dns-noendpoints.ts'
import dnsRewriteForeignAnswer from './dns/dns-rewrite-foreign-answer.ts'
import dnsRewritesRight from './controls/dns-rewrites-right.ts'
import dnsUnderLoad from './controls/dns-under-load.ts'
import serviceSelectorOldVersion from './service/service-selector-old-version.ts'
import scaledToZeroAndAsked from './service/scaled-to-zero-and-asked.ts'
import serviceAddressDropped from './service/service-address-dropped.ts'
import readinessPathMissing from './service/readiness-path-missing.ts'
import policyDefaultDenyEgress from './policy/policy-default-deny-egress.ts'
import wayToPodLossy from './node/way-to-pod-lossy.ts'
import overlayDown from './node/overlay-down.ts'
import kubeletStopped from './node/kubelet-stopped.ts'
import cniConfigGone from './node/cni-config-gone.ts'
import dnsResolvConfOfNode from './dns/dns-resolv-conf-of-node.ts'
import dnsNoneSilentServer from './dns/dns-none-silent-server.ts'
import serviceDeleted from './service/service-deleted.ts'
import answersAfter20s from './service/answers-after-20s.ts'
import policyDeniesAll from './policy/policy-denies-all.ts'
import podsForwardDropped from './node/pods-forward-dropped.ts'
import podRouteMissing from './node/pod-route-missing.ts'
import pairOfPodsCut from './node/pair-of-pods-cut.ts'
import largePacketsDropped from './node/large-packets-dropped.ts'
import kubeProxyStale from './node/kube-proxy-stale.ts'
import nodeForwardingOff from './node/node-forwarding-off.ts'
import ingressWrongService from './ingress/ingress-wrong-service.ts'
import dnsLoopByUpstream from './dns/dns-loop-by-upstream.ts'
import agentsOnHostNetwork from './controls/agents-on-host-network.ts'
import backendHangsUp from './service/backend-hangs-up.ts'
import earlyHintsForEver from './service/early-hints-for-ever.ts'
import callsByProxy from './service/calls-by-proxy.ts'
import calledOnTargetPort from './service/called-on-target-port.ts'
import canaryAtZero from './controls/canary-at-zero.ts'
import dnsAaaaLost from './dns/dns-aaaa-lost.ts'
import dnsAclBlocksNode from './dns/dns-acl-blocks-node.ts'
import dnsAclDropsNode from './dns/dns-acl-drops-node.ts'
import dnsAclFiltersNode from './dns/dns-acl-filters-node.ts'
import dnsApiUnreachable from './node/dns-api-unreachable.ts'
import dnsBridgeUnfiltered from './node/dns-bridge-unfiltered.ts'
import dnsCacheOff from './dns/dns-cache-off.ts'
import dnsConntrackFull from './dns/dns-conntrack-full.ts'
import dnsCopiedLabel from './dns/dns-copied-label.ts'
import dnsCorefileBrace from './dns/dns-corefile-brace.ts'
import dnsCorefileTypo from './dns/dns-corefile-typo.ts'
import dnsCustomIgnored from './dns/dns-custom-ignored.ts'
import dnsDenialKept from './dns/dns-denial-kept.ts'
import dnsDeniesClusterNames from './dns/dns-denies-cluster-names.ts'
import dnsDomainMismatch from './dns/dns-domain-mismatch.ts'
import dnsEndpointslicesForbidden from './dns/dns-endpointslices-forbidden.ts'
import dnsEdnsDropped from './dns/dns-edns-dropped.ts'
import dnsForwardLoopback from './dns/dns-forward-loopback.ts'
import dnsForwardSelf from './dns/dns-forward-self.ts'
import dnsHomeNodeLossy from './dns/dns-home-node-lossy.ts'
import dnsHostAliasesRight from './controls/dns-host-aliases-right.ts'
import dnsHostNetwork from './dns/dns-host-network.ts'
import dnsHostsShadowsService from './dns/dns-hosts-shadows-service.ts'
import dnsHostsWithoutFallthrough from './dns/dns-hosts-without-fallthrough.ts'
import dnsKubeletWrongServer from './dns/dns-kubelet-wrong-server.ts'
import dnsLargePacketsLost from './dns/dns-large-packets-lost.ts'
import dnsLeftoverSlice from './dns/dns-leftover-slice.ts'
import dnsLinesRight from './controls/dns-lines-right.ts'
import dnsLogOn from './dns/dns-log-on.ts'
import dnsLoopInResolvConf from './dns/dns-loop-in-resolv-conf.ts'
import dnsManyServers from './controls/dns-many-servers.ts'
import dnsMixedNameservers from './dns/dns-mixed-nameservers.ts'
import dnsNoSearchList from './dns/dns-no-search-list.ts'
import dnsNodeBlackhole from './dns/dns-node-blackhole.ts'
import dnsNodeRejected from './dns/dns-node-rejected.ts'
import dnsOddAndHealthy from './controls/dns-odd-and-healthy.ts'
import dnsOddCorefile from './controls/dns-odd-corefile.ts'
import dnsOneUpstreamDead from './dns/dns-one-upstream-dead.ts'
import dnsPathToServerDropped from './dns/dns-path-to-server-dropped.ts'
import dnsPolicyDefault from './dns/dns-policy-default.ts'
import dnsRaceImitated from './dns/dns-race-imitated.ts'
import dnsRaceLossy from './dns/dns-race-lossy.ts'
import dnsReadyMissing from './dns/dns-ready-missing.ts'
import dnsReplicaLossy from './dns/dns-replica-lossy.ts'
import dnsReplicaRefused from './dns/dns-replica-refused.ts'
import dnsReplicaUnreachable from './dns/dns-replica-unreachable.ts'
import dnsRepliesFromElsewhere from './dns/dns-replies-from-elsewhere.ts'
import dnsResolvConfMounted from './dns/dns-resolv-conf-mounted.ts'
import dnsResolvConfWindows from './dns/dns-resolv-conf-windows.ts'
import dnsScaledToZero from './dns/dns-scaled-to-zero.ts'
import dnsSearchAmplification from './dns/dns-search-amplification.ts'
import dnsServerBehind from './dns/dns-server-behind.ts'
import dnsServerBehindFirewall from './dns/dns-server-behind-firewall.ts'
import dnsServerOom from './dns/dns-server-oom.ts'
import dnsServersOnOneNode from './dns/dns-servers-on-one-node.ts'
import dnsServiceAddressLost from './dns/dns-service-address-lost.ts'
import dnsServiceLocal from './dns/dns-service-local.ts'
import dnsServiceSelector from './dns/dns-service-selector.ts'
import dnsServiceTargetPort from './dns/dns-service-target-port.ts'
import dnsServiceWithoutTcp from './dns/dns-service-without-tcp.ts'
import dnsServiceWithoutUdp from './dns/dns-service-without-udp.ts'
import dnsSessionAffinity from './dns/dns-session-affinity.ts'
import dnsSingleServer from './dns/dns-single-server.ts'
import dnsStarved from './dns/dns-starved.ts'
import dnsSuffixWithoutRecords from './dns/dns-suffix-without-records.ts'
import dnsSuffixWildcard from './dns/dns-suffix-wildcard.ts'
import dnsTcpBlockedOnNode from './dns/dns-tcp-blocked-on-node.ts'
import dnsTcpDropped from './dns/dns-tcp-dropped.ts'
import dnsTooManySearches from './dns/dns-too-many-searches.ts'
import dnsUdpBlocked from './dns/dns-udp-blocked.ts'
import dnsUpstreamAaaaNxdomain from './dns/dns-upstream-aaaa-nxdomain.ts'
import dnsUpstreamDead from './dns/dns-upstream-dead.ts'
import dnsUpstreamGone from './dns/dns-upstream-gone.ts'
import dnsUpstreamIgnoresAaaa from './dns/dns-upstream-ignores-aaaa.ts'
import dnsUpstreamRateCapped from './dns/dns-upstream-rate-capped.ts'
import dnsUpstreamRefused from './dns/dns-upstream-refused.ts'
import dnsUpstreamServfail from './dns/dns-upstream-servfail.ts'
import dnsUpstreamSlow from './dns/dns-upstream-slow.ts'
import dnsUpstreamWithoutTcp from './dns/dns-upstream-without-tcp.ts'
import dnsUpstreamsDiffer from './dns/dns-upstreams-differ.ts'
import dnsWrongNameserver from './dns/dns-wrong-nameserver.ts'
import dnsZoneExcepted from './dns/dns-zone-excepted.ts'
import handMadeSlice from './service/hand-made-slice.ts'
import handMadeSliceRight from './controls/hand-made-slice-right.ts'
import healthy from './controls/healthy.ts'
import hostPortTaken from './node/host-port-taken.ts'
import hostileNamespace from './controls/hostile-namespace.ts'
import imageMissing from './service/image-missing.ts'
import ingressAuthMissing from './ingress/ingress-auth-missing.ts'
import ingressClassUnserved from './ingress/ingress-class-unserved.ts'
import ingressPortMissing from './ingress/ingress-port-missing.ts'
import ingressServiceMissing from './ingress/ingress-service-missing.ts'
import initContainerWaits from './service/init-container-waits.ts'
import jobCompleted from './controls/job-completed.ts'
import kubeProxyGone from './node/kube-proxy-gone.ts'
import leftoversOfJobs from './controls/leftovers-of-jobs.ts'
import listensOnLoopback from './service/listens-on-loopback.ts'
import namespaceRestricted from './controls/namespace-restricted.ts'
import nativeSidecar from './controls/native-sidecar.ts'
import nodeCacheHealthy from './controls/node-cache-healthy.ts'
import nodeCordoned from './controls/node-cordoned.ts'
import nodePortLocal from './service/node-port-local.ts'
import oneReplicaAnswers500 from './service/one-replica-answers-500.ts'
import pathAnswers500 from './service/path-answers-500.ts'
import podNeverEnds from './controls/pod-never-ends.ts'
import podsFitNoNode from './node/pods-fit-no-node.ts'
import podsNotReady from './service/pods-not-ready.ts'
import policyBeforeDnsServers from './policy/policy-before-dns-servers.ts'
import policyByPodAddress from './policy/policy-by-pod-address.ts'
import policyDefaultDenyRight from './controls/policy-default-deny-right.ts'
import policyDnsAddressOnly from './policy/policy-dns-address-only.ts'
import policyDnsHardening from './policy/policy-dns-hardening.ts'
import policyDnsUdpOnly from './policy/policy-dns-udp-only.ts'
import policyDnsWrongLabel from './policy/policy-dns-wrong-label.ts'
import policyForgetsDns from './policy/policy-forgets-dns.ts'
import policyNamesItsPods from './controls/policy-names-its-pods.ts'
import portTakenBySidecar from './service/port-taken-by-sidecar.ts'
import lbNodeDown from './ingress/lb-node-down.ts'
import lbSendsProxy from './ingress/lb-sends-proxy.ts'
import lbWithoutProxy from './ingress/lb-without-proxy.ts'
import lbIdleTimeout from './ingress/lb-idle-timeout.ts'
import lbHealthPath from './ingress/lb-health-path.ts'
import lbRight from './controls/lb-right.ts'
import bridgeRangeOverlaps from './node/bridge-range-overlaps.ts'
import routeBlackhole from './node/route-blackhole.ts'
import ruleLeadsAstray from './node/rule-leads-astray.ts'
import bridgeDropsBeside from './node/bridge-drops-beside.ts'
import podRuleAstray from './node/pod-rule-astray.ts'
import hairpinOff from './node/hairpin-off.ts'
import connectionsHungUp from './service/connections-hung-up.ts'
import linkVariables from './service/link-variables.ts'
import neighbourFixed from './node/neighbour-fixed.ts'
import uplinkMtuSmaller from './node/uplink-mtu-smaller.ts'
import bridgeSkipsRules from './node/bridge-skips-rules.ts'
import kubeProxyHangs from './node/kube-proxy-hangs.ts'
import serviceRulesFlushed from './node/service-rules-flushed.ts'
import proxyRuleRefused from './node/proxy-rule-refused.ts'
import reversePathStrict from './node/reverse-path-strict.ts'
import proxyReadTimeout from './ingress/proxy-read-timeout.ts'
import quotaUsedUp from './service/quota-used-up.ts'
import raceHealed from './controls/race-healed.ts'
import readinessWrongPort from './service/readiness-wrong-port.ts'
import rewriteToNothing from './ingress/rewrite-to-nothing.ts'
import rolloutStuckBehind from './controls/rollout-stuck-behind.ts'
import scaledToZeroOnPurpose from './controls/scaled-to-zero-on-purpose.ts'
import serviceLocalOnly from './service/service-local-only.ts'
import serviceOddShapes from './controls/service-odd-shapes.ts'
import serviceOfCronjob from './controls/service-of-cronjob.ts'
import serviceSelectorTypo from './service/service-selector-typo.ts'
import serviceSelectsTwoApps from './service/service-selects-two-apps.ts'
import serviceTakesInAdmin from './service/service-takes-in-admin.ts'
import serviceUdpForTcp from './service/service-udp-for-tcp.ts'
import slowPod from './controls/slow-pod.ts'
import targetPortClosed from './service/target-port-closed.ts'
import targetPortNameMissing from './service/target-port-name-missing.ts'
import targetPortUndeclared from './service/target-port-undeclared.ts'
import tlsBackendBroken from './service/tls-backend-broken.ts'
import tlsCertificateExpired from './ingress/tls-certificate-expired.ts'
import tlsSecretMissing from './ingress/tls-secret-missing.ts'
import weaveTcBroken from './dns/weave-tc-broken.ts'
import ingressSnippetRefused from './ingress/ingress-snippet-refused.ts'
import ingressRegexRefused from './ingress/ingress-regex-refused.ts'
import ingressLeftOut from './ingress/ingress-left-out.ts'
import ingressAnnotationDenied from './ingress/ingress-annotation-denied.ts'
import ingressDuplicate from './ingress/ingress-duplicate.ts'
import ingressEndpointLost from './ingress/ingress-endpoint-lost.ts'
import rewriteWithoutGroup from './ingress/rewrite-without-group.ts'
import ingressControllerCutOff from './ingress/ingress-controller-cut-off.ts'
import ingressHostShared from './controls/ingress-host-shared.ts'
// Every fault there is, by name. Explicit, so that it can be searched for.
import type { Fault } from './fault.ts'
import gatewayClassAbsent from './gateway/gateway-class-absent.ts'
import gatewaySecretMissing from './gateway/gateway-secret-missing.ts'
import routeParentMissing from './gateway/route-parent-missing.ts'
import routeNamespaceKeptOut from './gateway/route-namespace-kept-out.ts'
import routeHostOutside from './gateway/route-host-outside.ts'
import routeBackendMissing from './gateway/route-backend-missing.ts'
import routeWithoutGrant from './gateway/route-without-grant.ts'
import routeWeightsZero from './gateway/route-weights-zero.ts'
import proxyServiceMissing from './gateway/proxy-service-missing.ts'
import proxyIncludeMissing from './gateway/proxy-include-missing.ts'
import gatewayRight from './controls/gateway-right.ts'
import gatewayGrantRight from './controls/gateway-grant-right.ts'
import gatewayCanaryZero from './controls/gateway-canary-zero.ts'
import proxyIncludesRight from './controls/proxy-includes-right.ts'
import podRoutesRefuse from './node/pod-routes-refuse.ts'
import hostNameHidesService from './service/host-name-hides-service.ts'
import portsCrossed from './service/ports-crossed.ts'
import portSharedByTwo from './service/port-shared-by-two.ts'
import subdomainWithoutService from './service/subdomain-without-service.ts'
import upstreamVhost from './ingress/upstream-vhost.ts'
import answerHeadersTooBig from './ingress/answer-headers-too-big.ts'
import controllerNeighbourFixed from './ingress/controller-neighbour-fixed.ts'
import dnsStubFirstSilent from './dns/dns-stub-first-silent.ts'
import dnsUntrackedLeftover from './dns/dns-untracked-leftover.ts'
import dnsExternalIpOfUpstream from './dns/dns-external-ip-of-upstream.ts'

export const faults: readonly Fault[] = [
  agentsOnHostNetwork,
  answersAfter20s,
  backendHangsUp,
  bridgeSkipsRules,
  calledOnTargetPort,
  earlyHintsForEver,
  callsByProxy,
  canaryAtZero,
  cniConfigGone,
  dnsAaaaLost,
  dnsAclBlocksNode,
  dnsAclDropsNode,
  dnsAclFiltersNode,
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
  dnsEdnsDropped,
  dnsEndpointslicesForbidden,
  dnsForwardLoopback,
  dnsForwardSelf,
  dnsHomeNodeLossy,
  dnsHostAliasesRight,
  dnsHostNetwork,
  dnsHostsShadowsService,
  dnsHostsWithoutFallthrough,
  dnsKubeletWrongServer,
  dnsLargePacketsLost,
  dnsLeftoverSlice,
  dnsLinesRight,
  dnsLogOn,
  dnsLoopByUpstream,
  dnsLoopInResolvConf,
  dnsManyServers,
  dnsMixedNameservers,
  dnsNodeBlackhole,
  dnsNodeRejected,
  dnsNoendpoints,
  dnsNoneSilentServer,
  dnsNoSearchList,
  dnsOddAndHealthy,
  dnsOddCorefile,
  dnsOneUpstreamDead,
  dnsPathToServerDropped,
  dnsPolicyDefault,
  dnsRaceImitated,
  dnsRaceLossy,
  dnsReadyMissing,
  dnsReplicaLossy,
  dnsReplicaRefused,
  dnsReplicaUnreachable,
  dnsRepliesFromElsewhere,
  dnsResolvConfMounted,
  dnsResolvConfOfNode,
  dnsResolvConfWindows,
  dnsRewriteForeignAnswer,
  dnsRewritesRight,
  dnsScaledToZero,
  dnsSearchAmplification,
  dnsServerBehind,
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
  dnsSrvDenied,
  dnsStarved,
  dnsSuffixWildcard,
  dnsSuffixWithoutRecords,
  dnsTakenElsewhere,
  dnsTcpBlockedOnNode,
  dnsTcpDropped,
  dnsTooManySearches,
  dnsTwoCorefiles,
  dnsUdpBlocked,
  dnsUnderLoad,
  dnsUpstreamAaaaNxdomain,
  dnsUpstreamDead,
  dnsUpstreamGone,
  dnsUpstreamIgnoresAaaa,
  dnsUpstreamRateCapped,
  dnsUpstreamRefused,
  dnsUpstreamsDiffer,
  dnsUpstreamServfail,
  dnsUpstreamSlow,
  dnsUpstreamWithoutTcp,
  dnsWrongNameserver,
  dnsZoneExcepted,
  gatewayCanaryZero,
  gatewayClassAbsent,
  gatewayGrantRight,
  gatewayRight,
  gatewaySecretMissing,
  handMadeSlice,
  handMadeSliceRight,
  healthy,
  hostileNamespace,
  hostPortTaken,
  imageMissing,
  ingressAnnotationDenied,
  ingressAuthMissing,
  ingressClassUnserved,
  ingressControllerCutOff,
  ingressDuplicate,
  ingressEndpointLost,
  ingressHostShared,
  ingressLeftOut,
  ingressPortMissing,
  ingressRegexRefused,
  ingressServiceMissing,
  ingressSnippetRefused,
  ingressWrongService,
  initContainerWaits,
  jobCompleted,
  kubeletStopped,
  kubeProxyGone,
  kubeProxyHangs,
  serviceRulesFlushed,
  kubeProxyStale,
  largePacketsDropped,
  largeSegmentsDropped,
  lbHealthPath,
  lbIdleTimeout,
  lbNodeDown,
  lbRight,
  lbSendsProxy,
  lbWithoutProxy,
  leftoversOfJobs,
  listensOnLoopback,
  namespaceRestricted,
  nativeSidecar,
  neighbourFixed,
  bridgeDropsBeside,
  podRuleAstray,
  hairpinOff,
  connectionsHungUp,
  linkVariables,
  nodeCacheHealthy,
  nodeCordoned,
  nodeForwardingOff,
  nodePortLocal,
  oneReplicaAnswers500,
  overlayDown,
  pairOfPodsCut,
  pathAnswers500,
  podNeverEnds,
  podRouteMissing,
  podsFitNoNode,
  podsForwardDropped,
  podsNotReady,
  policyBeforeDnsServers,
  policyByPodAddress,
  policyDefaultDenyEgress,
  policyDefaultDenyRight,
  policyDeniesAll,
  policyDnsAddressOnly,
  policyDnsHardening,
  policyDnsLeavesNamespaceOut,
  policyDnsUdpOnly,
  policyDnsWrongLabel,
  policyForgetsDns,
  policyNamesItsPods,
  portTakenBySidecar,
  proxyIncludeMissing,
  proxyIncludesRight,
  proxyReadTimeout,
  proxyRuleRefused,
  proxyServiceMissing,
  quotaUsedUp,
  raceHealed,
  readinessPathMissing,
  readinessWrongPort,
  reversePathStrict,
  rewriteToNothing,
  rewriteWithoutGroup,
  rolloutStuckBehind,
  routeBackendMissing,
  bridgeRangeOverlaps,
  routeBlackhole,
  routeHostOutside,
  routeNamespaceKeptOut,
  routeParentMissing,
  routeWeightsZero,
  routeWithoutGrant,
  ruleLeadsAstray,
  scaledToZeroAndAsked,
  scaledToZeroOnPurpose,
  serviceAddressDropped,
  serviceDeleted,
  serviceLocalOnly,
  serviceOddShapes,
  serviceOfCronjob,
  serviceSelectorOldVersion,
  serviceSelectorTypo,
  serviceSelectsTwoApps,
  serviceTakesInAdmin,
  serviceUdpForTcp,
  slowPod,
  targetPortClosed,
  targetPortNameMissing,
  targetPortUndeclared,
  tlsBackendBroken,
  tlsCertificateExpired,
  tlsSecretMissing,
  uplinkMtuSmaller,
  wayToPodLossy,
  weaveTcBroken,
  podRoutesRefuse,
  hostNameHidesService,
  portsCrossed,
  portSharedByTwo,
  subdomainWithoutService,
  upstreamVhost,
  answerHeadersTooBig,
  controllerNeighbourFixed,
  dnsStubFirstSilent,
  dnsUntrackedLeftover,
  dnsExternalIpOfUpstream,
]
