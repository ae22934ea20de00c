import type { AnyCheck } from '../findings/check.ts'
import parallelLookupDrop from './dns/parallel-lookup-drop.ts'
import questionTypeLost from './dns/question-type-lost.ts'
import corednsStarved from './dns/coredns-starved.ts'
import searchAmplification from './dns/search-amplification.ts'
import nodeCutOff from './dns/node-cut-off.ts'
import replicaUnreachable from './dns/replica-unreachable.ts'
import noDnsEndpoints from './dns/no-dns-endpoints.ts'
import upstreamAddressTaken from './dns/upstream-address-taken.ts'
import upstreamDead from './dns/upstream-dead.ts'
import tcpUnanswered from './dns/tcp-unanswered.ts'
import serviceNameWrong from './dns/service-name-wrong.ts'
import suffixAnswers from './dns/suffix-answers.ts'
import hostsFileShadows from './dns/hosts-file-shadows.ts'
import nsswitchStopsDns from './dns/nsswitch-stops-dns.ts'
import nameserverGone from './dns/nameserver-gone.ts'
import nameserverSilent from './dns/nameserver-silent.ts'
import resolverInThePod from './dns/resolver-in-the-pod.ts'
import resolvConfChanged from './dns/resolv-conf-changed.ts'
import optionNotHeeded from './dns/option-not-heeded.ts'
import lookupsLost from './dns/lookups-lost.ts'
import serversOnOneNode from './dns/servers-on-one-node.ts'
import singleServer from './dns/single-server.ts'
import serverRestarts from './dns/server-restarts.ts'
import corefileBroken from './dns/corefile-broken.ts'
import forwardLoop from './dns/forward-loop.ts'
import domainMismatch from './dns/domain-mismatch.ts'
import wrongNameserver from './dns/wrong-nameserver.ts'
import hostNetworkPolicy from './dns/host-network-policy.ts'
import mixedNameservers from './dns/mixed-nameservers.ts'
import serviceShape from './dns/service-shape.ts'
import logPluginOn from './dns/log-plugin-on.ts'
import cacheOff from './dns/cache-off.ts'
import tooManyNameserversOrSearches from './dns/too-many-nameservers-or-searches.ts'
import weaveTcBroken from './dns/weave-tc-broken.ts'
import apiOutOfReach from './dns/api-out-of-reach.ts'
import customIgnored from './dns/custom-ignored.ts'
import serverPathCut from './dns/server-path-cut.ts'
import udpUnanswered from './dns/udp-unanswered.ts'
import serviceAddressLost from './dns/service-address-lost.ts'
import conntrackFull from './dns/conntrack-full.ts'
import upstreamSlow from './dns/upstream-slow.ts'
import upstreamRefuses from './dns/upstream-refuses.ts'
import oneServerUpstream from './dns/one-server-upstream.ts'
import aaaaDeniesName from './dns/aaaa-denies-name.ts'
import largePacketsLost from './dns/large-packets-lost.ts'
import kubeletWrongServer from './dns/kubelet-wrong-server.ts'
import answeredWithErrors from './dns/answered-with-errors.ts'
import foreignEndpoint from './dns/foreign-endpoint.ts'
import noDnsServer from './dns/no-dns-server.ts'
import nodeCacheFails from './dns/node-cache-fails.ts'
import selectorMatchesNothing from './service/selector-matches-nothing.ts'
import targetPortClosed from './service/target-port-closed.ts'
import targetPortNameMissing from './service/target-port-name-missing.ts'
import scaledToZero from './service/scaled-to-zero.ts'
import noReadyEndpoints from './service/no-ready-endpoints.ts'
import someEndpointsNotReady from './service/some-endpoints-not-ready.ts'
import serviceUnanswered from './service/unanswered.ts'
import lookupsUnanswered from './capture/lookups-unanswered.ts'
import halfOfAPairLost from './capture/half-of-a-pair-lost.ts'
import lookupsRefused from './capture/lookups-refused.ts'
import lookupsLate from './capture/lookups-late.ts'
import searchListWasted from './capture/search-list-wasted.ts'
import truncatedWithoutTcp from './capture/truncated-without-tcp.ts'
import answerFromElsewhere from './capture/answer-from-elsewhere.ts'
import answerFragmentsLost from './capture/answer-fragments-lost.ts'
import connectsUnanswered from './capture/connects-unanswered.ts'
import connectsRefused from './capture/connects-refused.ts'
import rejected from './capture/rejected.ts'
import connectionsReset from './capture/connections-reset.ts'
import segmentsSentAgain from './capture/segments-sent-again.ts'
import receiverDoesNotRead from './capture/receiver-does-not-read.ts'
import largeSegmentsLost from './capture/large-packets-lost.ts'
import serverAnswersLate from './capture/server-answers-late.ts'
import tlsAlerts from './capture/tls-alerts.ts'
import httpErrors from './capture/http-errors.ts'
import goneBetweenPoints from './capture/gone-between-points.ts'
import serviceMissing from './ingress/service-missing.ts'
import portMissing from './ingress/port-missing.ts'
import classUnserved from './ingress/class-unserved.ts'
import backendWithoutEndpoints from './ingress/backend-without-endpoints.ts'
import badAnswer from './ingress/bad-answer.ts'
import forgetsDns from './policy/forgets-dns.ts'
import dnsUdpOnly from './policy/dns-udp-only.ts'
import nodeNotReady from './node/not-ready.ts'
import eventsSay from './trouble/events-say.ts'
import programsSay from './trouble/programs-say.ts'
import saysOfItself from './trouble/says-of-itself.ts'
import unexplained from './trouble/unexplained.ts'
import notConfigured from './ingress/not-configured.ts'
import pathNotFound from './ingress/path-not-found.ts'
import certificateRefused from './ingress/certificate-refused.ts'
import endpointAnswersBadly from './service/endpoint-answers-badly.ts'
import endpointAnswersLate from './service/endpoint-answers-late.ts'
import actionMissing from './ingress/action-missing.ts'
import nodeCacheDown from './dns/node-cache-down.ts'
import forwardLimit from './dns/forward-limit.ts'
import noCommonFamily from './dns/no-common-family.ts'
import registryLookup from './dns/registry-lookup.ts'
import nodePortUnanswered from './service/node-port-unanswered.ts'
import endpointIsNoPod from './service/endpoint-is-no-pod.ts'
import localPolicyWithoutEndpoint from './service/local-policy-without-endpoint.ts'
import noExternalAddress from './service/no-external-address.ts'
import rewriteMistake from './ingress/rewrite-mistake.ts'
import duplicateRoute from './ingress/duplicate-route.ts'
import backendProtocol from './ingress/backend-protocol.ts'
import backendSpeaksGrpc from './ingress/backend-speaks-grpc.ts'
import outsideDiffers from './ingress/outside-differs.ts'
import refusedByController from './ingress/refused-by-controller.ts'
import peersNotThere from './policy/peers-not-there.ts'
import servicePort from './policy/service-port.ts'
import liveMissing from './ingress/live-missing.ts'
import liveDiffers from './ingress/live-differs.ts'
import liveEndpoints from './ingress/live-endpoints.ts'
import reloadRefused from './ingress/reload-refused.ts'
import controllerCutOff from './ingress/controller-cut-off.ts'
import locationDenied from './ingress/location-denied.ts'
import annotationUnread from './ingress/annotation-unread.ts'
import namespaceUnwatched from './ingress/namespace-unwatched.ts'
import controllerMute from './ingress/controller-mute.ts'
import controllerServiceEmpty from './ingress/controller-service-empty.ts'
import controllerUnmaintained from './ingress/controller-unmaintained.ts'
import zoneTaken from './dns/zone-taken.ts'
import endpointPortName from './service/endpoint-port-name.ts'
import boundToLoopback from './dns/bound-to-loopback.ts'
import governingService from './service/governing-service.ts'
import keepsFrom from './policy/keeps-from.ts'
import keepsFromOutside from './policy/keeps-from-outside.ts'
import nobodyEnforces from './policy/nobody-enforces.ts'
import notEnforced from './policy/not-enforced.ts'
import noClusterSuffix from './dns/no-cluster-suffix.ts'
import externalLocalWithoutEndpoint from './service/external-local-without-endpoint.ts'
import foreignAnswer from './dns/foreign-answer.ts'
import namesKeptBack from './dns/names-kept-back.ts'
import aclKeepsOut from './dns/acl-keeps-out.ts'
import probeWithoutPlugin from './dns/probe-without-plugin.ts'
import selectsTwoApps from './service/selects-two-apps.ts'
import authServiceMissing from './ingress/auth-service-missing.ts'
import stuckDeleting from './service/stuck-deleting.ts'
import addressTaken from './service/address-taken.ts'
import noEligibleNode from './service/no-eligible-node.ts'
import familyWithoutEndpoint from './service/family-without-endpoint.ts'
import externalNameWrong from './service/external-name-wrong.ts'
import noSuchPort from './service/no-such-port.ts'
import twoPeers from './policy/two-peers.ts'
import selectsNothing from './policy/selects-nothing.ts'
import rulesWithoutType from './policy/rules-without-type.ts'
import blockOfCluster from './policy/block-of-cluster.ts'
import openRule from './policy/open-rule.ts'
import portNameMissing from './policy/port-name-missing.ts'
import urlWithoutRoute from './ingress/url-without-route.ts'
import gatewayClassUnserved from './gateway/class-unserved.ts'
import notProgrammed from './gateway/not-programmed.ts'
import listenerBroken from './gateway/listener-broken.ts'
import parentMissing from './gateway/parent-missing.ts'
import routeNotAllowed from './gateway/route-not-allowed.ts'
import hostnameOutside from './gateway/hostname-outside.ts'
import backendMissing from './gateway/backend-missing.ts'
import noGrant from './gateway/no-grant.ts'
import weightsZero from './gateway/weights-zero.ts'
import routeRefused from './gateway/route-refused.ts'
import gatewayBackendWithoutEndpoints from './gateway/backend-without-endpoints.ts'
import tlsPolicyBroken from './gateway/tls-policy-broken.ts'
import proxyRefused from './gateway/proxy-refused.ts'
import proxyInclude from './gateway/proxy-include.ts'
import proxyBackendMissing from './gateway/proxy-backend-missing.ts'
import proxyWithoutEndpoints from './gateway/proxy-without-endpoints.ts'
import proxySecret from './gateway/proxy-secret.ts'
import calledOtherwise from './service/called-otherwise.ts'
import byPodAddress from './policy/by-pod-address.ts'
import resolvConfUnread from './dns/resolv-conf-unread.ts'
import dnsKeptFromUpstream from './policy/dns-kept-from-upstream.ts'
import noKubeProxy from './node/no-kube-proxy.ts'
import unexplainedDrop from './policy/unexplained-drop.ts'
import sourceRanges from './service/source-ranges.ts'
import hintsOff from './service/hints-off.ts'
import endpointsCutOff from './service/endpoints-cut-off.ts'
import peersWait from './service/peers-wait.ts'
import reported from './service/reported.ts'
import noNodePorts from './service/no-node-ports.ts'
import withoutPodNetwork from './node/without-pod-network.ts'
import addressTwice from './node/address-twice.ts'
import hairpin from './node/hairpin.ts'
import routeAstray from './node/route-astray.ts'
import sizeLost from './node/size-lost.ts'
import bridgeUnseen from './node/bridge-unseen.ts'
import proxyUnwell from './node/proxy-unwell.ts'
import ruleDrops from './node/rule-drops.ts'
import reversePath from './node/reverse-path.ts'
import onHostNetwork from './policy/on-host-network.ts'
import regexHost from './ingress/regex-host.ts'
import canaryAlone from './ingress/canary-alone.ts'
import staleAddress from './ingress/stale-address.ts'
import serviceUpstream from './ingress/service-upstream.ts'
import hostWithoutTls from './ingress/host-without-tls.ts'
import allowListSeesNode from './ingress/allow-list-sees-node.ts'
import refusedEarly from './ingress/refused-early.ts'
import errorPageMissing from './ingress/error-page-missing.ts'
import errorsMasked from './ingress/errors-masked.ts'
import meshProtocol from './service/mesh-protocol.ts'
import sidecarOutlivesJob from './service/sidecar-outlives-job.ts'
import outsideTheMesh from './service/outside-the-mesh.ts'
import otherKinds from './policy/other-kinds.ts'
import keepsCaller from './policy/keeps-caller.ts'
import suffixEndsLookups from './dns/suffix-ends-lookups.ts'
import waysClosed from './node/ways-closed.ts'
import forwardingOff from './node/forwarding-off.ts'
import podRouteMissing from './node/pod-route-missing.ts'
import destinationMissing from './mesh/destination-missing.ts'
import gatewayUnserved from './mesh/gateway-unserved.ts'
import mtlsContradicts from './mesh/mtls-contradicts.ts'
import mtlsKeepsOut from './mesh/mtls-keeps-out.ts'
import letsNobodyIn from './mesh/lets-nobody-in.ts'
import egressLeftOut from './mesh/egress-left-out.ts'
import ownServersSilent from './dns/own-servers-silent.ts'
import callsByProxy from './service/calls-by-proxy.ts'
import ednsUnanswered from './dns/edns-unanswered.ts'
import answersDiffer from './dns/answers-differ.ts'
import upstreamWithoutTcp from './dns/upstream-without-tcp.ts'
import answeredByAnother from './dns/answered-by-another.ts'
import serverBehind from './dns/server-behind.ts'
import dnsLeavesNamespacesOut from './policy/dns-leaves-namespaces-out.ts'
import portNameWrong from './dns/port-name-wrong.ts'
import largeRequestsLost from './service/large-requests-lost.ts'
import podNameUnserved from './service/pod-name-unserved.ts'
import waitsForDns from './spans/waits-for-dns.ts'
import waitsForAPool from './spans/waits-for-a-pool.ts'
import waitsToConnect from './spans/waits-to-connect.ts'
import waitsOutsideTheServer from './spans/waits-outside-the-server.ts'
import backEndSlow from './spans/back-end-slow.ts'
import serviceSlow from './spans/service-slow.ts'
import callsFail from './spans/calls-fail.ts'
import manySmallCalls from './spans/many-small-calls.ts'
import lookupsSlow from './dns/lookups-slow.ts'
import denialKept from './dns/denial-kept.ts'
import untrackedLeftover from './dns/untracked-leftover.ts'
import outsideNameTaken from './dns/outside-name-taken.ts'
import hiddenByOwnName from './service/hidden-by-own-name.ts'
import neighbourFixed from './node/neighbour-fixed.ts'
import ruleLeadsAstray from './node/rule-leads-astray.ts'
import portNameTwoNumbers from './service/port-name-two-numbers.ts'
import portOfTwoPrograms from './service/port-of-two-programs.ts'
import portsCrossed from './service/ports-crossed.ts'
import keepsController from './policy/keeps-controller.ts'
import ingressReported from './ingress/reported.ts'
import sliceAstray from './service/slice-astray.ts'
import rangesOverlap from './node/ranges-overlap.ts'
import podLeadsAstray from './node/pod-leads-astray.ts'
import controllerKeptFromEndpoint from './ingress/controller-kept-from-endpoint.ts'
import nodesOfOneAddress from './node/nodes-of-one-address.ts'
import passthroughOff from './ingress/passthrough-off.ts'
import targetPortNameTwice from './service/target-port-name-twice.ts'
import namespaceEnding from './service/namespace-ending.ts'
import agentNotReady from './node/agent-not-ready.ts'
import slicesBehind from './service/slices-behind.ts'
import dnsSlicesBehind from './dns/slices-behind.ts'
import fileNotMounted from './dns/file-not-mounted.ts'
import streamNotExposed from './ingress/stream-not-exposed.ts'
import takesNodePort from './service/takes-node-port.ts'
import callsGoneAddress from './service/calls-gone-address.ts'
import forwardsToShutService from './dns/forwards-to-shut-service.ts'
import searchLacksService from './dns/search-lacks-service.ts'
import templateDeniesAaaa from './dns/template-denies-aaaa.ts'
import slicesUnheeded from './service/slices-unheeded.ts'
import leftByProxy from './service/left-by-proxy.ts'
import externalIpAstray from './service/external-ip-astray.ts'
import proxyRefusesConfig from './node/proxy-refuses-config.ts'
import nodePortsBound from './node/node-ports-bound.ts'
import proxyClusterRange from './node/proxy-cluster-range.ts'
import fewConnections from './node/few-connections.ts'
import serviceRulesBehind from './node/service-rules-behind.ts'
import clientAddressHidden from './policy/client-address-hidden.ts'
import dnsKeptFromApi from './policy/dns-kept-from-api.ts'
import namesInCircle from './service/names-in-circle.ts'
import kubeletHandsOut from './dns/kubelet-hands-out.ts'
import cachePlaceholderLeft from './dns/cache-placeholder-left.ts'
import cronJobFails from './service/cron-job-fails.ts'
import declaresOtherPorts from './service/declares-other-ports.ts'
import apiServerAddress from './service/api-server-address.ts'
import podsOfNoNode from './node/pods-of-no-node.ts'
import withoutAddress from './node/without-address.ts'
import forgetsConnections from './node/forgets-connections.ts'
import ruleTakesElsewhere from './node/rule-takes-elsewhere.ts'
import middlewareMissing from './ingress/middleware-missing.ts'
import nextHopFixed from './node/next-hop-fixed.ts'
import routeHidden from './gateway/route-hidden.ts'
import uploadsRefused from './ingress/uploads-refused.ts'
import limitsMet from './ingress/limits-met.ts'
import failedLately from './ingress/failed-lately.ts'
import failedBehindProxy from './ingress/failed-behind-proxy.ts'
import mayGoByProxy from './service/may-go-by-proxy.ts'
import nodeApiOutOfReach from './node/api-out-of-reach.ts'
import podSizeLost from './node/pod-size-lost.ts'
import corefileKeyMissing from './dns/corefile-key-missing.ts'
import nobodyWrittenDown from './service/nobody-written-down.ts'
import listensElsewhere from './service/listens-elsewhere.ts'
import linkVariables from './service/link-variables.ts'
import customRefused from './dns/custom-refused.ts'
import kubeDnsSettings from './dns/kube-dns-settings.ts'
import serverRights from './dns/server-rights.ts'
import rewrittenAstray from './dns/rewritten-astray.ts'
import nodeResolverAsked from './dns/node-resolver-asked.ts'
import certificateUnfit from './ingress/certificate-unfit.ts'
import routeUnread from './ingress/route-unread.ts'
import entryPointMissing from './ingress/entry-point-missing.ts'
import routeBroken from './ingress/route-broken.ts'
import albWithoutNodePort from './ingress/alb-without-node-port.ts'
import proxyProtocolOneSided from './ingress/proxy-protocol-one-sided.ts'
import externalHostUnknown from './ingress/external-host-unknown.ts'
import snippetRefused from './ingress/snippet-refused.ts'
import authorityMissing from './gateway/authority-missing.ts'
import webhookGone from './service/webhook-gone.ts'
import monitorFindsNothing from './service/monitor-finds-nothing.ts'
import monitorUntaken from './service/monitor-untaken.ts'
import apiUnavailable from './service/api-unavailable.ts'
import refusesCaller from './mesh/refuses-caller.ts'
import httpRuleWithoutWaypoint from './mesh/http-rule-without-waypoint.ts'
import hostNotRegistered from './mesh/host-not-registered.ts'
import otherShuts from './policy/other-shuts.ts'
import namesUnwatched from './policy/names-unwatched.ts'
import addressUnannounced from './service/address-unannounced.ts'
import outsidePodNetwork from './node/outside-pod-network.ts'
import nameNotPublished from './ingress/name-not-published.ts'
import inboundDenied from './mesh/inbound-denied.ts'
import sideBySide from './node/side-by-side.ts'
import podKeptIn from './node/pod-kept-in.ts'
import asksGoneAddress from './service/asks-gone-address.ts'
import azureProbe from './service/azure-probe.ts'
import connectionsNotAccepted from './service/connections-not-accepted.ts'
import sourcePortsTaken from './service/source-ports-taken.ts'
import hangsUp from './service/hangs-up.ts'
import ownConnectionsRefused from './service/own-connections-refused.ts'
import otherTextRuns from './dns/other-text-runs.ts'
import givesUpEarly from './dns/gives-up-early.ts'
import textNotReloaded from './dns/text-not-reloaded.ts'
import authAnswersBadly from './ingress/auth-answers-badly.ts'
import keepsFromApi from './policy/keeps-from-api.ts'
import keepsOutside from './policy/keeps-outside.ts'
import redirectCircle from './ingress/redirect-circle.ts'
import authSecretMissing from './ingress/auth-secret-missing.ts'
import gatewayRedirectCircle from './gateway/redirect-circle.ts'
import backendSpeaksTls from './gateway/backend-speaks-tls.ts'
import rulesOnTcp from './mesh/rules-on-tcp.ts'
import faultInjected from './mesh/fault-injected.ts'
import meshRedirectCircle from './mesh/redirect-circle.ts'
import tlsEndedBefore from './ingress/tls-ended-before.ts'
import entryPointWithoutTls from './ingress/entry-point-without-tls.ts'
import tlsToPlainPort from './gateway/tls-to-plain-port.ts'
import gatewayBadAnswer from './gateway/bad-answer.ts'
import timeoutTooShort from './gateway/timeout-too-short.ts'
import backendNameRefused from './gateway/backend-name-refused.ts'
import circuitBreakerOpen from './gateway/circuit-breaker-open.ts'
import meshTlsToPlainPort from './mesh/tls-to-plain-port.ts'
import poolWithoutNat from './policy/pool-without-nat.ts'
import servicesUnserved from './node/services-unserved.ts'
import arpAnsweredEverywhere from './service/arp-answered-everywhere.ts'
import calledByTls from './service/called-by-tls.ts'
import restartedByProbe from './service/restarted-by-probe.ts'
import initWaitsInVain from './service/init-waits-in-vain.ts'
import cacheBindsElsewhere from './dns/cache-binds-elsewhere.ts'
import rewrittenToNothing from './dns/rewritten-to-nothing.ts'
import proxyAsksService from './node/proxy-asks-service.ts'
import ruleUnread from './ingress/rule-unread.ts'
import httpsToPlainPort from './ingress/https-to-plain-port.ts'
import toldOfMissing from './ingress/told-of-missing.ts'
import controllerRights from './ingress/controller-rights.ts'
import losesInPart from './node/loses-in-part.ts'
import nameOfGonePod from './service/name-of-gone-pod.ts'
import memberNotMade from './service/member-not-made.ts'
import inboundLeftOut from './mesh/inbound-left-out.ts'
import meshTimeoutTooShort from './mesh/timeout-too-short.ts'
import nextToNoTime from './gateway/next-to-no-time.ts'
import hiddenFromCaller from './mesh/hidden-from-caller.ts'
import nobodyBeside from './service/nobody-beside.ts'
import otlpProtocol from './service/otlp-protocol.ts'
import healthCheckAstray from './ingress/health-check-astray.ts'
import namespaceUndiscovered from './mesh/namespace-undiscovered.ts'
import noDefaultRoute from './mesh/no-default-route.ts'
import nodeWithoutZtunnel from './mesh/node-without-ztunnel.ts'
import keptFromControlPlane from './mesh/kept-from-control-plane.ts'
import tunnelKeptOut from './mesh/tunnel-kept-out.ts'
import redirectPortClosed from './gateway/redirect-port-closed.ts'
import requestsLeftOut from './gateway/requests-left-out.ts'
import portNotOpen from './ingress/port-not-open.ts'
import snippetAnswers from './ingress/snippet-answers.ts'
import oneTunnelAddress from './node/one-tunnel-address.ts'
import addressMoved from './node/address-moved.ts'
import middlewareAsksMissing from './ingress/middleware-asks-missing.ts'
import externalNameRefused from './ingress/external-name-refused.ts'
import ruleForServicePort from './mesh/rule-for-service-port.ts'
import entryWithoutEndpoints from './mesh/entry-without-endpoints.ts'
import fieldUnjudged from './ingress/field-unjudged.ts'
import valueNeverFilledIn from './service/value-never-filled-in.ts'
import stagingIssuer from './ingress/staging-issuer.ts'
import certificateAstray from './ingress/certificate-astray.ts'
import internalPublished from './ingress/internal-published.ts'
import serverKeepsOut from './ingress/server-keeps-out.ts'
import redirectsToTls from './ingress/redirects-to-tls.ts'
import deciderMissing from './ingress/decider-missing.ts'
import daprAstray from './mesh/dapr-astray.ts'
import internalUnheeded from './ingress/internal-unheeded.ts'
import routeLeavesRest from './mesh/route-leaves-rest.ts'
import noneFits from './node/none-fits.ts'
import underPressure from './node/under-pressure.ts'
import changeHeldBack from './service/change-held-back.ts'
import listensOneFamily from './service/listens-one-family.ts'
import poolOfOne from './mesh/pool-of-one.ts'
import chainIncomplete from './ingress/chain-incomplete.ts'
import ownCertificateShown from './ingress/own-certificate-shown.ts'
import grpcWithoutTls from './ingress/grpc-without-tls.ts'
import albRedirectWithoutListener from './ingress/alb-redirect-without-listener.ts'
import certificateNotIssued from './ingress/certificate-not-issued.ts'
import podsOutsideNetwork from './ingress/pods-outside-network.ts'
import hairpinWithoutHeader from './ingress/hairpin-without-header.ts'
import toldToBrowsers from './service/told-to-browsers.ts'
import tlsSpokenTwice from './mesh/tls-spoken-twice.ts'
import gatewaysShareCertificate from './mesh/gateways-share-certificate.ts'
import grpcByHttp1 from './gateway/grpc-by-http1.ts'
import routeOnOtherListener from './gateway/route-on-other-listener.ts'
import allowedInPart from './service/allowed-in-part.ts'
import hostHidesWildcard from './mesh/host-hides-wildcard.ts'
import urlNotTaken from './mesh/url-not-taken.ts'
import providerOff from './ingress/provider-off.ts'
import pathMatchedWhole from './ingress/path-matched-whole.ts'
import tlsOptionsBroken from './ingress/tls-options-broken.ts'
import leadsOnToMissing from './ingress/leads-on-to-missing.ts'
import addressNotShared from './service/address-not-shared.ts'
import nginxLooksUp from './dns/nginx-looks-up.ts'
import upgradeTakenAway from './ingress/upgrade-taken-away.ts'
import ownInterfaceShut from './node/own-interface-shut.ts'
import braceLeftInName from './dns/brace-left-in-name.ts'
import slicesUnread from './dns/slices-unread.ts'
import keepsApiFromWebhook from './policy/keeps-api-from-webhook.ts'
import bgpWithoutServices from './node/bgp-without-services.ts'
import forwardNotAsked from './dns/forward-not-asked.ts'
import makerFailed from './trouble/maker-failed.ts'
import tellsClientsAstray from './service/tells-clients-astray.ts'
import portOfAnother from './service/port-of-another.ts'
import replicaSetDiffers from './service/replica-set-differs.ts'
import keptOffByOthers from './node/kept-off-by-others.ts'
import controllerTooOld from './ingress/controller-too-old.ts'
import waypointMissing from './mesh/waypoint-missing.ts'
import metricsOfAnother from './service/metrics-of-another.ts'
import searchListNotTried from './dns/search-list-not-tried.ts'
import cacheWithoutUpstream from './dns/cache-without-upstream.ts'
import cacheSkipsZone from './dns/cache-skips-zone.ts'
import autopathIdle from './dns/autopath-idle.ts'
import peersOfOwnNamespace from './policy/peers-of-own-namespace.ts'
import pluginMissing from './ingress/plugin-missing.ts'
import poolHoldsNodes from './node/pool-holds-nodes.ts'
import connectionsGoSilent from './capture/connections-go-silent.ts'
import callerUnmeshed from './mesh/caller-unmeshed.ts'
import minionAlone from './ingress/minion-alone.ts'
import tierDenies from './policy/tier-denies.ts'
import sniWithoutTls from './ingress/sni-without-tls.ts'
import policyTargetMissing from './gateway/policy-target-missing.ts'
import policyAnswers from './gateway/policy-answers.ts'
import traefikRouteHidden from './ingress/route-hidden.ts'
import closedWithoutAnswer from './capture/closed-without-answer.ts'

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
  serversOnOneNode, // DNS111
  singleServer, // DNS112
  serverRestarts, // DNS113
  corefileBroken, // DNS114
  forwardLoop, // DNS115
  domainMismatch, // DNS116
  wrongNameserver, // DNS117
  hostNetworkPolicy, // DNS118
  mixedNameservers, // DNS119
  serviceShape, // DNS120
  logPluginOn, // DNS121
  cacheOff, // DNS122
  tooManyNameserversOrSearches, // DNS123
  weaveTcBroken, // DNS124
  apiOutOfReach, // DNS130
  customIgnored, // DNS131
  serverPathCut, // DNS140
  udpUnanswered, // DNS141
  serviceAddressLost, // DNS142
  conntrackFull, // DNS143
  upstreamSlow, // DNS144
  upstreamRefuses, // DNS145
  aaaaDeniesName, // DNS146
  largePacketsLost, // DNS147
  kubeletWrongServer, // DNS148
  oneServerUpstream, // DNS150
  foreignEndpoint, // DNS155
  noDnsServer, // DNS156
  nodeCacheFails, // DNS157
  zoneTaken, // DNS158
  boundToLoopback, // DNS159
  answeredWithErrors, // DNS160
  serviceNameWrong, // DNS165
  suffixAnswers, // DNS166
  hostsFileShadows, // DNS167
  nsswitchStopsDns, // DNS168
  nameserverSilent, // DNS169
  resolverInThePod, // DNS170
  resolvConfChanged, // DNS171
  optionNotHeeded, // DNS172
  nodeCacheDown, // DNS173
  forwardLimit, // DNS174
  noCommonFamily, // DNS175
  registryLookup, // DNS176
  noClusterSuffix, // DNS177
  namesKeptBack, // DNS178
  aclKeepsOut, // DNS179
  probeWithoutPlugin, // DNS180
  resolvConfUnread, // DNS181
  upstreamAddressTaken, // DNS182
  suffixEndsLookups, // DNS183
  ownServersSilent, // DNS184
  ednsUnanswered, // DNS187
  answersDiffer, // DNS188
  upstreamWithoutTcp, // DNS189
  serverBehind, // DNS190
  outsideNameTaken, // DNS193
  foreignAnswer, // DNS194
  answeredByAnother, // DNS195
  portNameWrong, // DNS196
  lookupsSlow, // DNS197
  denialKept, // DNS198
  untrackedLeftover, // DNS199
  fileNotMounted, // DNS200
  nameserverGone, // DNS201
  dnsSlicesBehind, // DNS204
  forwardsToShutService, // DNS205
  searchLacksService, // DNS206
  templateDeniesAaaa, // DNS207
  kubeletHandsOut, // DNS208
  cachePlaceholderLeft, // DNS209
  corefileKeyMissing, // DNS210
  otherTextRuns, // DNS211
  textNotReloaded, // DNS212
  givesUpEarly, // DNS213
  customRefused, // DNS214
  kubeDnsSettings, // DNS215
  serverRights, // DNS216
  rewrittenAstray, // DNS217
  nodeResolverAsked, // DNS218
  nginxLooksUp, // DNS219
  cacheBindsElsewhere, // DNS223
  rewrittenToNothing, // DNS224
  braceLeftInName, // DNS225
  slicesUnread, // DNS226
  forwardNotAsked, // DNS227
  searchListNotTried, // DNS228
  cacheWithoutUpstream, // DNS229
  cacheSkipsZone, // DNS230
  autopathIdle, // DNS231
  gatewayClassUnserved, // GTW701
  notProgrammed, // GTW702
  listenerBroken, // GTW703
  parentMissing, // GTW704
  routeNotAllowed, // GTW705
  hostnameOutside, // GTW706
  backendMissing, // GTW707
  noGrant, // GTW708
  weightsZero, // GTW709
  routeRefused, // GTW710
  gatewayBackendWithoutEndpoints, // GTW711
  tlsPolicyBroken, // GTW712
  proxyRefused, // GTW720
  proxyInclude, // GTW721
  proxyBackendMissing, // GTW722
  proxyWithoutEndpoints, // GTW723
  proxySecret, // GTW724
  routeHidden, // GTW725
  authorityMissing, // GTW726
  gatewayRedirectCircle, // GTW727
  backendSpeaksTls, // GTW728
  tlsToPlainPort, // GTW729
  gatewayBadAnswer, // GTW730
  timeoutTooShort, // GTW731
  backendNameRefused, // GTW732
  circuitBreakerOpen, // GTW733
  nextToNoTime, // GTW734
  grpcByHttp1, // GTW735
  redirectPortClosed, // GTW736
  requestsLeftOut, // GTW737
  routeOnOtherListener, // GTW738
  policyTargetMissing, // GTW740
  policyAnswers, // GTW741
  serviceMissing, // ING301
  portMissing, // ING302
  classUnserved, // ING303
  backendWithoutEndpoints, // ING304
  badAnswer, // ING305
  certificateRefused, // ING306
  notConfigured, // ING307
  pathNotFound, // ING308
  refusedByController, // ING309
  actionMissing, // ING310
  rewriteMistake, // ING311
  duplicateRoute, // ING312
  backendProtocol, // ING313
  authServiceMissing, // ING314
  liveMissing, // ING320
  liveDiffers, // ING321
  liveEndpoints, // ING322
  reloadRefused, // ING323
  controllerCutOff, // ING324
  locationDenied, // ING325
  annotationUnread, // ING326
  namespaceUnwatched, // ING327
  controllerUnmaintained, // ING328
  urlWithoutRoute, // ING330
  regexHost, // ING331
  canaryAlone, // ING332
  staleAddress, // ING333
  serviceUpstream, // ING334
  hostWithoutTls, // ING335
  allowListSeesNode, // ING337
  errorsMasked, // ING338
  ingressReported, // ING339
  outsideDiffers, // ING350
  controllerMute, // ING351
  controllerServiceEmpty, // ING352
  passthroughOff, // ING353
  streamNotExposed, // ING354
  controllerKeptFromEndpoint, // ING355
  middlewareMissing, // ING356
  uploadsRefused, // ING357
  limitsMet, // ING358
  failedLately, // ING359
  certificateUnfit, // ING360
  routeUnread, // ING361
  routeBroken, // ING362
  albWithoutNodePort, // ING363
  proxyProtocolOneSided, // ING364
  externalHostUnknown, // ING365
  snippetRefused, // ING366
  nameNotPublished, // ING367
  authAnswersBadly, // ING368
  backendSpeaksGrpc, // ING369
  entryPointMissing, // ING370
  redirectCircle, // ING371
  authSecretMissing, // ING372
  tlsEndedBefore, // ING373
  entryPointWithoutTls, // ING374
  httpsToPlainPort, // ING375
  ruleUnread, // ING376
  toldOfMissing, // ING377
  controllerRights, // ING379
  healthCheckAstray, // ING380
  portNotOpen, // ING381
  snippetAnswers, // ING382
  middlewareAsksMissing, // ING383
  externalNameRefused, // ING384
  fieldUnjudged, // ING385
  failedBehindProxy, // ING386
  stagingIssuer, // ING387
  certificateAstray, // ING388
  internalPublished, // ING389
  serverKeepsOut, // ING390
  redirectsToTls, // ING391
  deciderMissing, // ING392
  internalUnheeded, // ING393
  upgradeTakenAway, // ING394
  chainIncomplete, // ING400
  ownCertificateShown, // ING401
  grpcWithoutTls, // ING402
  albRedirectWithoutListener, // ING403
  certificateNotIssued, // ING404
  podsOutsideNetwork, // ING405
  hairpinWithoutHeader, // ING406
  errorPageMissing, // ING407
  refusedEarly, // ING408
  providerOff, // ING409
  pathMatchedWhole, // ING410
  tlsOptionsBroken, // ING411
  leadsOnToMissing, // ING412
  controllerTooOld, // ING413
  traefikRouteHidden, // ING414
  pluginMissing, // ING416
  minionAlone, // ING417
  sniWithoutTls, // ING418
  destinationMissing, // MSH801
  gatewayUnserved, // MSH802
  mtlsContradicts, // MSH803
  mtlsKeepsOut, // MSH804
  letsNobodyIn, // MSH805
  egressLeftOut, // MSH806
  refusesCaller, // MSH807
  httpRuleWithoutWaypoint, // MSH808
  hostNotRegistered, // MSH809
  inboundDenied, // MSH810
  rulesOnTcp, // MSH811
  faultInjected, // MSH812
  meshRedirectCircle, // MSH813
  meshTlsToPlainPort, // MSH814
  inboundLeftOut, // MSH815
  meshTimeoutTooShort, // MSH816
  hiddenFromCaller, // MSH817
  namespaceUndiscovered, // MSH818
  noDefaultRoute, // MSH819
  nodeWithoutZtunnel, // MSH820
  keptFromControlPlane, // MSH821
  ruleForServicePort, // MSH822
  entryWithoutEndpoints, // MSH823
  tunnelKeptOut, // MSH824
  daprAstray, // MSH825
  routeLeavesRest, // MSH826
  poolOfOne, // MSH827
  hostHidesWildcard, // MSH829
  tlsSpokenTwice, // MSH830
  gatewaysShareCertificate, // MSH831
  urlNotTaken, // MSH836
  waypointMissing, // MSH839
  callerUnmeshed, // MSH841
  nodeNotReady, // NOD501
  noKubeProxy, // NOD502
  waysClosed, // NOD510
  forwardingOff, // NOD511
  podRouteMissing, // NOD512
  withoutPodNetwork, // NOD520
  addressTwice, // NOD521
  hairpin, // NOD522
  routeAstray, // NOD530
  sizeLost, // NOD532
  bridgeUnseen, // NOD533
  proxyUnwell, // NOD534
  ruleDrops, // NOD535
  reversePath, // NOD536
  neighbourFixed, // NOD537
  ruleLeadsAstray, // NOD538
  rangesOverlap, // NOD540
  nodesOfOneAddress, // NOD541
  agentNotReady, // NOD542
  proxyRefusesConfig, // NOD543
  nodePortsBound, // NOD544
  podLeadsAstray, // NOD545
  proxyClusterRange, // NOD546
  fewConnections, // NOD547
  podsOfNoNode, // NOD548
  withoutAddress, // NOD549
  serviceRulesBehind, // NOD550
  forgetsConnections, // NOD551
  ruleTakesElsewhere, // NOD552
  nextHopFixed, // NOD553
  sideBySide, // NOD554
  nodeApiOutOfReach, // NOD555
  podSizeLost, // NOD556
  podKeptIn, // NOD557
  servicesUnserved, // NOD558
  outsidePodNetwork, // NOD560
  proxyAsksService, // NOD561
  oneTunnelAddress, // NOD562
  addressMoved, // NOD563
  underPressure, // NOD564
  noneFits, // NOD565
  ownInterfaceShut, // NOD566
  losesInPart, // NOD570
  bgpWithoutServices, // NOD571
  keptOffByOthers, // NOD577
  poolHoldsNodes, // NOD585
  lookupsUnanswered, // PKT701
  halfOfAPairLost, // PKT702
  lookupsRefused, // PKT703
  lookupsLate, // PKT704
  searchListWasted, // PKT705
  truncatedWithoutTcp, // PKT706
  answerFromElsewhere, // PKT707
  answerFragmentsLost, // PKT708
  connectsUnanswered, // PKT711
  connectsRefused, // PKT712
  rejected, // PKT713
  connectionsReset, // PKT714
  segmentsSentAgain, // PKT715
  receiverDoesNotRead, // PKT716
  largeSegmentsLost, // PKT717
  serverAnswersLate, // PKT718
  connectionsGoSilent, // PKT719
  closedWithoutAnswer, // PKT720
  tlsAlerts, // PKT721
  httpErrors, // PKT722
  goneBetweenPoints, // PKT731
  forgetsDns, // POL401
  dnsUdpOnly, // POL402
  servicePort, // POL403
  peersNotThere, // POL404
  byPodAddress, // POL405
  dnsKeptFromUpstream, // POL406
  keepsFrom, // POL410
  notEnforced, // POL411
  twoPeers, // POL412
  selectsNothing, // POL413
  rulesWithoutType, // POL414
  blockOfCluster, // POL415
  openRule, // POL416
  portNameMissing, // POL417
  onHostNetwork, // POL418
  keepsCaller, // POL420
  otherKinds, // POL421
  unexplainedDrop, // POL422
  dnsLeavesNamespacesOut, // POL423
  keepsController, // POL424
  keepsFromApi, // POL425
  clientAddressHidden, // POL426
  keepsOutside, // POL427
  dnsKeptFromApi, // POL428
  otherShuts, // POL429
  namesUnwatched, // POL430
  poolWithoutNat, // POL431
  nobodyEnforces, // POL432
  keepsFromOutside, // POL433
  keepsApiFromWebhook, // POL435
  peersOfOwnNamespace, // POL436
  tierDenies, // POL437
  waitsForDns, // SPN901
  waitsForAPool, // SPN902
  waitsToConnect, // SPN903
  waitsOutsideTheServer, // SPN904
  backEndSlow, // SPN905
  serviceSlow, // SPN906
  callsFail, // SPN907
  manySmallCalls, // SPN908
  selectorMatchesNothing, // SVC201
  targetPortClosed, // SVC202
  targetPortNameMissing, // SVC203
  scaledToZero, // SVC204
  noReadyEndpoints, // SVC205
  someEndpointsNotReady, // SVC206
  serviceUnanswered, // SVC207
  endpointAnswersBadly, // SVC208
  nodePortUnanswered, // SVC209
  endpointPortName, // SVC210
  governingService, // SVC211
  endpointIsNoPod, // SVC212
  localPolicyWithoutEndpoint, // SVC213
  noExternalAddress, // SVC214
  externalLocalWithoutEndpoint, // SVC215
  selectsTwoApps, // SVC216
  calledOtherwise, // SVC217
  stuckDeleting, // SVC220
  addressTaken, // SVC221
  sourceRanges, // SVC222
  noEligibleNode, // SVC223
  familyWithoutEndpoint, // SVC224
  externalNameWrong, // SVC225
  noSuchPort, // SVC227
  hintsOff, // SVC229
  endpointsCutOff, // SVC230
  peersWait, // SVC231
  reported, // SVC232
  noNodePorts, // SVC233
  meshProtocol, // SVC234
  sidecarOutlivesJob, // SVC235
  outsideTheMesh, // SVC236
  callsByProxy, // SVC237
  largeRequestsLost, // SVC238
  podNameUnserved, // SVC239
  hiddenByOwnName, // SVC240
  portsCrossed, // SVC241
  sliceAstray, // SVC242
  targetPortNameTwice, // SVC243
  namespaceEnding, // SVC244
  takesNodePort, // SVC245
  callsGoneAddress, // SVC246
  slicesBehind, // SVC248
  slicesUnheeded, // SVC249
  leftByProxy, // SVC250
  externalIpAstray, // SVC251
  declaresOtherPorts, // SVC252
  apiServerAddress, // SVC253
  asksGoneAddress, // SVC254
  connectionsNotAccepted, // SVC255
  sourcePortsTaken, // SVC256
  ownConnectionsRefused, // SVC257
  arpAnsweredEverywhere, // SVC258
  azureProbe, // SVC259
  namesInCircle, // SVC260
  mayGoByProxy, // SVC261
  endpointAnswersLate, // SVC262
  nobodyWrittenDown, // SVC263
  listensElsewhere, // SVC264
  linkVariables, // SVC265
  hangsUp, // SVC266
  calledByTls, // SVC267
  nobodyBeside, // SVC268
  otlpProtocol, // SVC269
  changeHeldBack, // SVC270
  portNameTwoNumbers, // SVC271
  restartedByProbe, // SVC272
  initWaitsInVain, // SVC273
  portOfTwoPrograms, // SVC274
  monitorFindsNothing, // SVC275
  monitorUntaken, // SVC276
  cronJobFails, // SVC277
  valueNeverFilledIn, // SVC278
  addressNotShared, // SVC279
  webhookGone, // SVC280
  apiUnavailable, // SVC281
  addressUnannounced, // SVC282
  nameOfGonePod, // SVC283
  memberNotMade, // SVC284
  listensOneFamily, // SVC285
  toldToBrowsers, // SVC290
  allowedInPart, // SVC298
  tellsClientsAstray, // SVC300
  portOfAnother, // SVC301
  replicaSetDiffers, // SVC302
  metricsOfAnother, // SVC303
  unexplained, // TRB901
  saysOfItself, // TRB903
  eventsSay, // TRB904
  programsSay, // TRB905
  makerFailed, // TRB906
]
