import { projectAttachedPolicy } from '../../src/collect/project/attached-policy.ts'
import { projectIpPool } from '../../src/collect/project/calico-pool.ts'
import { projectScaler } from '../../src/collect/project/scaler.ts'
import { fullFilesOf } from '../../src/probe/inside/full-files.ts'
import * as v from 'valibot'
import type { LinearPattern } from '../../src/wire/linear-regex.ts'
import { analyseCapture } from '../../src/answers/capture/capture.ts'
import { withoutLogs } from '../../src/bundle/dump-text.ts'
import { bundleFromText, objectsIn } from '../../src/bundle/from-text.ts'
import { jsonDocuments } from '../../src/bundle/json-documents.ts'
import { itemsOf } from '../../src/bundle/kinds.ts'
import { yamlDocuments, yamlValue } from '../../src/bundle/yaml-documents.ts'
import { closest, editDistance } from '../../src/closest.ts'
import {
  projectAdvertisement,
  projectApiService,
  projectConversion,
  projectClaim,
  projectControllerSettings,
  projectMeshSettings,
  projectPodNetwork,
  projectPool,
  projectWebhooks,
} from '../../src/collect/project/beside.ts'
import { projectClientProtocol } from '../../src/collect/project/client-protocol.ts'
import { projectDecider, projectKongPlugin } from '../../src/collect/project/deciders.ts'
import {
  projectAuthorized,
  projectLinkerdServer,
  projectProof,
  projectServiceRoutes,
} from '../../src/collect/project/linkerd.ts'
import { projectKeys, projectSecret } from '../../src/collect/project/secret.ts'
import {
  projectIngressRoute,
  projectStreamRoute,
  projectTlsOption,
  projectTraefikService,
  projectTransport,
} from '../../src/collect/project/traefik.ts'
import { projectEndpointSlice } from '../../src/collect/project/endpoint-slice.ts'
import { projectCertificate, projectIssuer, projectIssuerName } from '../../src/collect/project/cert-manager.ts'
import { selectorOf } from '../../src/collect/chosen.ts'
import { projectCiliumAnnouncer, projectCiliumPool } from '../../src/collect/project/cilium-announcer.ts'
import { projectRollout } from '../../src/collect/project/rollout.ts'
import { projectMiddleware } from '../../src/collect/project/middleware.ts'
import { projectEvent } from '../../src/collect/project/event.ts'
import { projectStatuses } from '../../src/collect/project/status.ts'
import {
  projectGateway,
  projectGatewayClass,
  projectGrant,
  projectRoute,
  projectTlsPolicy,
} from '../../src/collect/project/gateway.ts'
import { projectHttpProxy, projectTlsDelegation } from '../../src/collect/project/http-proxy.ts'
import { projectIngressClass } from '../../src/collect/project/ingress-class.ts'
import { projectIngress } from '../../src/collect/project/ingress.ts'
import {
  projectAuthorizationPolicy,
  projectDestinationRule,
  projectMeshGateway,
  projectPeerAuthentication,
  projectServiceEntry,
  projectSidecarScope,
  projectVirtualService,
} from '../../src/collect/project/istio.ts'
import { fields } from '../../src/collect/project/json.ts'
import { readFound } from '../../src/probe/capture/found.ts'
import { projectNamespace } from '../../src/collect/project/namespace.ts'
import { projectNetworkPolicy } from '../../src/collect/project/network-policy.ts'
import { projectNodeCache } from '../../src/collect/project/node-cache.ts'
import { projectMounted } from '../../src/collect/project/mounted.ts'
import { projectNode } from '../../src/collect/project/node.ts'
import { projectPod } from '../../src/collect/project/pod.ts'
import { projectService } from '../../src/collect/project/service.ts'
import { projectWeaveTc } from '../../src/collect/project/weave-tc.ts'
import { projectWorkload } from '../../src/collect/project/workload.ts'
import { describeGet } from '../../src/kube/address.ts'
import { clientCertificateTrouble } from '../../src/kube/certificates.ts'
import { readExecCredential } from '../../src/kube/exec-plugin.ts'
import { readExecStatus } from '../../src/kube/exec-status.ts'
import { statusMessage } from '../../src/kube/failure.ts'
import { firstDocument } from '../../src/kube/first-document.ts'
import { parseKubeconfig } from '../../src/kube/kubeconfig-file.ts'
import { kubeletWordsIn } from '../../src/kube/kubelet-words.ts'
import { parsePage } from '../../src/kube/list.ts'
import { jwtExpiry } from '../../src/kube/oidc.ts'
import { asRawObject } from '../../src/kube/raw-object.ts'
import { firstLine } from '../../src/kube/redact.ts'
import { isTooDense, parseObject } from '../../src/kube/request.ts'
import { wholeLines } from '../../src/kube/stream.ts'
import { parseWatchLine } from '../../src/kube/watch.ts'
import { known, unknown } from '../../src/model/known.ts'
import { dnsName } from '../build/names.ts'
import { differences } from '../../src/plan/as-planned.ts'
import { yamlLines } from '../../src/manifest/diff.ts'
import { rolloutOf } from '../../src/plan/rollout.ts'
import { bare } from '../../src/manifest/server-owned.ts'
import { takeBack } from '../../src/plan/three-way.ts'
import { endpointMarks, ingressMark, readyOf, rulesOf } from '../../src/probe/ingress/object-marks.ts'
import { fromCat } from '../../src/probe/node/conntrack.ts'
import { readInsideLookups } from '../../src/probe/inside/inside-lookups.ts'
import { addressOf } from '../../src/probe/outside/ask-outside.ts'
import { readCrossings } from '../../src/probe/inside/crossings.ts'
import { readInside } from '../../src/probe/inside/inside.ts'
import { isAgain, libcOf, nslookupResult } from '../../src/probe/inside/tool-words.ts'
import { pageMaker } from '../../src/probe/pod/contacts/page-maker.ts'
import { fromGetent, fromNode } from '../../src/probe/pod/resolve/libc-lookup.ts'
import { answers } from '../../src/probe/pod/load/load-line.ts'
import { answerTo, heard, pairOf } from '../../src/probe/pod/dns/message.ts'
import { questionsOf, replyTo } from '../../src/probe/pod/dns/typed-message.ts'
import { boundsOf } from '../../src/probe/pods/ground.ts'
import { failing, podState, type RawPod } from '../../src/probe/pods/pod-state.ts'
import { deadlineOf, isOurs } from '../../src/probe/pods/our-pod.ts'
import { isLeftover, madeFrom } from '../../src/probe/pods/pods.ts'
import { resolvingOf } from '../../src/probe/inside/inside-resolving.ts'
import { readRecord } from '../../src/probe/measure/read-record.ts'
import { isLoopback } from '../../src/wire/ip-family.ts'
import { readView } from '../../src/probe/inside/resolver-view.ts'
import { socketsOf } from '../../src/probe/inside/inside-sockets.ts'
import { block, fileIn, filledIn, resolvConfUnread, sections } from '../../src/probe/inside/script-output.ts'
import { misspelt } from '../../src/relations/dns/corefile-plugins.ts'
import { isVariable } from '../../src/relations/dns/corefile-refusals.ts'
import { isServerImage } from '../../src/relations/dns/dns-servers.ts'
import { countsOnlyLosses, raceState } from '../../src/relations/dns/kernel-race.ts'
import { lookupCost } from '../../src/relations/dns/lookup-cost.ts'
import { contains } from '../../src/relations/cidr-index.ts'
import { upstreamsOf } from '../../src/relations/dns/upstream-servers.ts'
import { isObject, type Json, type Manifest } from '../../src/manifest/object.ts'
import { visible } from '../../src/report/visible.ts'
import { clip } from '../../src/report/watch/watch-text.ts'
import { createAliases } from '../../src/snapshot/aliases.ts'
import { canonical } from '../../src/manifest/canonical.ts'
import { sourceSchemas } from '../../src/snapshot/schema.ts'
import { ToolError } from '../../src/tool-error.ts'
import { createIntern } from '../../src/wire/intern.ts'
import { createDnsQuestion, dnsNameText, readDnsQuestion } from '../../src/wire/dns-question.ts'
import { logFormat } from '../../src/wire/access-log/reader.ts'
import { fromOutside } from '../../src/wire/outside.ts'
import { firstWords } from '../../src/wire/pcap/first-words.ts'
import { captureReader } from '../../src/wire/pcap/reader.ts'
import { clusterDns } from '../build/dns.ts'
import { filesIn } from '../meta/sources.ts'

/*
 * Everything that reads what somebody outside wrote: a tenant, a container, a server, a proxy, a file. test/meta/
 * linear-readers.test.ts times them, npm run fuzz feeds them, and readers.test.ts fails for one that is not here.
 */

/** By file and name: of text, of bytes, of a value that JSON.parse made. */
export type TextReader = (text: string) => unknown
export type BytesReader = (bytes: Buffer) => unknown
export type ValueReader = (value: unknown) => unknown

const unasked = unknown('not-asked', 'no metrics here')
const intern = createIntern()
const flawAround = { isOfMap: false, has: () => 'no', isFilled: false, hasPort: true } as const
const schemas = Object.entries(sourceSchemas(intern))
const path = '/home/a/.kube/config'

/** An error that a person is shown, with what to do: the way in which these say that a file is none. */
function orToolError(read: TextReader): TextReader {
  return (text) => {
    try {
      return read(text)
    } catch (error) {
      if (error instanceof ToolError) return null
      throw error
    }
  }
}

export const ofText: Readonly<Record<string, TextReader>> = {
  'src/probe/inside/full-files.ts fullFilesOf': (text) => [fullFilesOf(text)],
  'src/bundle/dump-text.ts withoutLogs': (text) => [
    withoutLogs(text),
    withoutLogs(`==== START logs for container a of pod b/c ====\n${text}`),
    withoutLogs(`==== START logs for container ${text} of pod b/c ====\n`),
  ],
  'src/bundle/from-text.ts bundleFromText': orToolError((text) => bundleFromText(text, 'FILE')),
  'src/bundle/json-documents.ts jsonDocuments': (text) => [jsonDocuments(text), jsonDocuments(`{"a":${text}`)],
  'src/bundle/from-text.ts objectsIn': orToolError((text) => objectsIn(`apiVersion: v1\nkind: List\n${text}`, 'FILE')),
  'src/bundle/yaml-documents.ts yamlDocuments': (text) => [
    yamlDocuments(text),
    yamlDocuments(`apiVersion: v1\nitems:\n- kind: Pod\n  metadata: ${text}\nkind: List\n`),
  ],
  'src/bundle/yaml-documents.ts yamlValue': yamlValue,
  'src/closest.ts closest': (text) => closest(text, [text, `${text}x`, 'kube-dns', 'coredns']),
  'src/closest.ts editDistance': (text) => editDistance(text.slice(0, 253), 'coredns'),
  'src/probe/capture/found.ts readFound': readFound,
  'src/probe/inside/inside-resolving.ts resolvingOf': (text) =>
    resolvingOf(`@resolv\n${text}\n@end\n@nsswitch\nhosts: ${text}\n@end\n`, []),
  'src/kube/address.ts describeGet': describeGet,
  'src/kube/certificates.ts clientCertificateTrouble': (text) => clientCertificateTrouble(text, 0),
  'src/kube/exec-plugin.ts readExecCredential': readExecCredential,
  'src/kube/exec-status.ts readExecStatus': readExecStatus,
  'src/kube/failure.ts statusMessage': (text) => [
    statusMessage(text),
    statusMessage(JSON.stringify({ message: text })),
  ],
  'src/kube/first-document.ts firstDocument': firstDocument,
  'src/kube/kubelet-words.ts kubeletWordsIn': (text) => [
    kubeletWordsIn(text),
    kubeletWordsIn(`unable to retrieve container logs for ${text}`),
    kubeletWordsIn(`${text}unable to retrieve container logs for containerd://a`),
  ],
  'src/collect/chosen.ts selectorOf': orToolError(selectorOf),
  'src/kube/kubeconfig-file.ts parseKubeconfig': orToolError((text) => parseKubeconfig(text, path)),
  'src/kube/list.ts parsePage': (text) => parsePage(text, 'list'),
  'src/kube/oidc.ts jwtExpiry': jwtExpiry,
  'src/kube/redact.ts firstLine': (text) => firstLine(text),
  'src/kube/request.ts isTooDense': isTooDense,
  'src/kube/request.ts parseObject': (text) => parseObject(text, 'get'),
  'src/kube/stream.ts wholeLines': (text) => wholeLines(text, 2 ** 20, 'read'),
  'src/kube/watch.ts parseWatchLine': parseWatchLine,
  'src/probe/node/conntrack.ts fromCat': (text) => fromCat(text, 0),
  'src/probe/inside/inside-lookups.ts readInsideLookups': readInsideLookups,
  'src/probe/inside/tool-words.ts isAgain': isAgain,
  'src/probe/inside/tool-words.ts libcOf': libcOf,
  'src/probe/inside/tool-words.ts nslookupResult': (text) => nslookupResult(text, 1),
  'src/probe/outside/ask-outside.ts addressOf': addressOf,
  'src/probe/inside/crossings.ts readCrossings': (text) =>
    readCrossings(text, [
      {
        from: { namespace: 'a', pod: 'b', container: 'c' },
        to: { kind: 'host' },
        host: dnsName('a.b'),
        port: 80,
      },
    ]),
  'src/probe/inside/inside.ts readInside': (text) => readInside(text, 'a', true),
  'src/probe/inside/inside-sockets.ts socketsOf': (text) => [
    socketsOf(text),
    socketsOf(`@sockets1\n${text}\n@end\n@sockets2\n${text}\n@end`),
  ],
  'src/probe/pod/contacts/page-maker.ts pageMaker': (text) => [pageMaker(text, ''), pageMaker('', text)],
  'src/probe/pod/resolve/libc-lookup.ts fromGetent': (text) => fromGetent(text, 1),
  'src/probe/pod/resolve/libc-lookup.ts fromNode': (text) => fromNode(text, 1),
  'src/probe/measure/read-record.ts readRecord': readRecord,
  'src/wire/ip-family.ts isLoopback': isLoopback,
  'src/probe/inside/resolver-view.ts readView': readView,
  'src/probe/inside/script-output.ts block': (text) => block(text, 'resolv'),
  'src/probe/inside/script-output.ts fileIn': (text) => [
    fileIn(text, 'resolv', 'a'),
    fileIn(`@resolv\n${text}\n@end`, 'resolv', 'a'),
  ],
  'src/probe/inside/script-output.ts filledIn': (text) => filledIn(text, 'resolv', 'a'),
  'src/probe/inside/script-output.ts sections': (text) => sections(text, 'look'),
  'src/probe/inside/script-output.ts resolvConfUnread': (text) => resolvConfUnread(text),
  'src/relations/dns/corefile-plugins.ts misspelt': misspelt,
  'src/relations/dns/corefile-refusals.ts isVariable': isVariable,
  'src/relations/dns/dns-servers.ts isServerImage': isServerImage,
  'src/relations/dns/kernel-race.ts countsOnlyLosses': countsOnlyLosses,
  'src/relations/dns/kernel-race.ts raceState': raceState,
  'src/relations/dns/lookup-cost.ts lookupCost': lookupCost,
  'src/relations/policy/policy-allows.ts contains': (text) => [
    contains(text, '10.0.0.1'),
    contains('10.0.0.0/8', text),
    contains(text, text),
  ],
  'src/relations/dns/upstream-servers.ts upstreamsOf': (text) =>
    upstreamsOf(clusterDns({ corefile: known(text) }), 'example.com.', unasked, unasked),
  'src/report/visible.ts visible': (text) => [visible(text), visible(text, 'colours')],
  'src/report/watch/watch-text.ts clip': (text) => clip(text, 80),
  'src/snapshot/aliases.ts createAliases': (text) => [
    createAliases().rewrite(text, 'sentence'),
    createAliases().rewrite(text, 'words'),
    createAliases().rewrite(text, 'name'),
  ],
}

const question = createDnsQuestion()
const asked = [...pairOf('cart.shop.svc.cluster.local.')]
const typed = questionsOf('cart.shop.svc.cluster.local.', ['A', 'SRV', 'TXT', 'SOA'])

export const ofBytes: Readonly<Record<string, BytesReader>> = {
  'src/probe/pod/load/load-line.ts answers': (bytes) => [
    answers(asked[0]?.bytes ?? bytes, bytes),
    answers(bytes, bytes),
  ],
  'src/probe/pod/dns/message.ts answerTo': (bytes) => answerTo(asked, withIdOf(asked[0], bytes)),
  'src/probe/pod/dns/message.ts heard': (bytes) => [heard(asked, bytes), heard(asked, withIdOf(asked[1], bytes))],
  'src/wire/dns-question.ts dnsNameText': dnsNameText,
  'src/wire/dns-question.ts readDnsQuestion': (bytes) => readDnsQuestion(question, bytes, 0, bytes.length),
  'src/wire/pcap/first-words.ts firstWords': (bytes) => firstWords(bytes, 0, bytes.length),
  'src/wire/pcap/reader.ts captureReader': (bytes) => {
    const reader = captureReader(() => {})
    reader.push(bytes)
    return reader.end()
  },
  'src/probe/pod/dns/typed-message.ts replyTo': (bytes) => typed.map((it) => replyTo(typed, withIdOf(it, bytes))),
}

/**
 * What follows the packets of a capture: lookups, connections and what they say, pieces; and sets points side by side.
 */
export const ofCaptures: Readonly<Record<string, BytesReader>> = {
  'src/answers/capture/capture.ts analyseCapture': (bytes) => {
    const analysis = analyseCapture({ compares: true })
    for (const [name, its] of [
      ['near', bytes],
      ['far', bytes.subarray(0, bytes.length >> 1)],
    ] as const) {
      const reader = captureReader((it) => file.packet(it))
      const file = analysis.file(name, () => reader.points)
      reader.push(its)
      file.end(reader.end())
    }
    return analysis.told()
  },
}

/** Whoever answers has seen the question, and its number. */
function withIdOf(question: { readonly bytes: Buffer } | undefined, bytes: Buffer): Buffer {
  return Buffer.concat([(question?.bytes ?? bytes).subarray(0, 2), bytes.subarray(2)])
}

function manifest(value: unknown): Manifest {
  return isObject(value as Json) ? (value as Manifest) : {}
}

/** What lists and watches hand on has passed this. */
function rawly(read: (raw: NonNullable<ReturnType<typeof asRawObject>>) => unknown): ValueReader {
  return (value) => {
    const raw = asRawObject(value)
    return raw === null ? null : read(raw)
  }
}

/** Its parts as those of a pod and of a slice, whose names are compared. */
function objectsOf(value: unknown): readonly object[] {
  const named = (kind: string, apiVersion: string, more: object): object => ({
    apiVersion,
    kind,
    metadata: { name: 'a', namespace: 'b', ownerReferences: value, labels: value },
    ...more,
  })
  return [
    named('Pod', 'v1', { spec: value }),
    named('ReplicaSet', 'apps/v1', {}),
    named('EndpointSlice', 'discovery.k8s.io/v1', { endpoints: [value, { targetRef: value }] }),
  ]
}

export const ofValues: Readonly<Record<string, ValueReader>> = {
  'src/bundle/from-text.ts bundleFromText': (value) =>
    orToolError((text) => bundleFromText(text, 'FILE'))(
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [value, ...objectsOf(value)] }),
    ),
  'src/bundle/kinds.ts itemsOf': (value) => [itemsOf(value, 'FILE'), itemsOf([value], 'FILE')],
  'src/collect/project/beside.ts projectApiService': (value) => projectApiService(value),
  'src/collect/project/cert-manager.ts projectCertificate': (value) => projectCertificate(value, intern),
  'src/collect/project/cert-manager.ts projectIssuer': (value) => projectIssuer(value),
  'src/collect/project/beside.ts projectConversion': (value) => projectConversion(value),
  'src/collect/project/middleware.ts projectMiddleware': (value) => projectMiddleware(value, intern),
  'src/collect/project/cilium-announcer.ts projectCiliumAnnouncer': (value) => projectCiliumAnnouncer(value),
  'src/collect/project/cilium-announcer.ts projectCiliumPool': (value) => projectCiliumPool(value),
  'src/collect/project/rollout.ts projectRollout': rawly((raw) => projectRollout(raw, intern)),
  'src/collect/project/beside.ts projectPool': (value) => projectPool(value, intern),
  'src/collect/project/beside.ts projectPodNetwork': (value) => projectPodNetwork(value, intern),
  'src/collect/project/beside.ts projectControllerSettings': (value) => projectControllerSettings(value, intern),
  'src/collect/project/beside.ts projectMeshSettings': (value) => projectMeshSettings(value, intern),
  'src/collect/project/beside.ts projectClaim': (value) => projectClaim(value, intern),
  'src/collect/project/beside.ts projectWebhooks': (value) =>
    projectWebhooks('MutatingWebhookConfiguration', value, intern),
  'src/collect/project/beside.ts projectAdvertisement': (value) =>
    projectAdvertisement('L2Advertisement', value, intern),
  'src/collect/project/linkerd.ts projectLinkerdServer': (value) => projectLinkerdServer(value, intern),
  'src/collect/project/linkerd.ts projectAuthorized': (value) => projectAuthorized(value, intern),
  'src/collect/project/linkerd.ts projectProof': (value) => projectProof(value, intern),
  'src/collect/project/linkerd.ts projectServiceRoutes': (value) => projectServiceRoutes(value, intern),
  'src/collect/project/cert-manager.ts projectIssuerName': (value) => projectIssuerName(value),
  'src/collect/project/client-protocol.ts projectClientProtocol': (value) => projectClientProtocol(value, intern),
  'src/collect/project/deciders.ts projectDecider': (value) => projectDecider(value, intern),
  'src/collect/project/deciders.ts projectKongPlugin': (value) => projectKongPlugin(value),
  'src/collect/project/secret.ts projectSecret': (value) => projectSecret(value, intern, 0),
  'src/collect/project/secret.ts projectKeys': (value) => projectKeys(value, intern),
  'src/collect/project/attached-policy.ts projectAttachedPolicy': (value) => projectAttachedPolicy(value, intern),
  'src/collect/project/traefik.ts projectIngressRoute': (value) => projectIngressRoute(value, 'traefik.io', intern),
  'src/collect/project/traefik.ts projectStreamRoute': (value) => projectStreamRoute(value, intern),
  'src/collect/project/traefik.ts projectTlsOption': (value) => projectTlsOption(value, intern),
  'src/collect/project/traefik.ts projectTraefikService': (value) => projectTraefikService(value, intern),
  'src/collect/project/traefik.ts projectTransport': (value) => projectTransport(value, intern),
  'src/collect/project/calico-pool.ts projectIpPool': (value) => projectIpPool(value),
  'src/collect/project/scaler.ts projectScaler': rawly((raw) => projectScaler(raw, intern)),
  'src/collect/project/endpoint-slice.ts projectEndpointSlice': (value) => projectEndpointSlice(value, intern),
  'src/collect/project/event.ts projectEvent': (value) => projectEvent(value, intern),
  'src/collect/project/gateway.ts projectGateway': (value) => projectGateway(value, intern),
  'src/collect/project/gateway.ts projectGatewayClass': (value) => projectGatewayClass(value),
  'src/collect/project/gateway.ts projectGrant': (value) => projectGrant(value, intern),
  'src/collect/project/gateway.ts projectRoute': (value) => projectRoute('HTTPRoute', value, intern),
  'src/collect/project/gateway.ts projectTlsPolicy': (value) => projectTlsPolicy(value, intern),
  'src/collect/project/http-proxy.ts projectHttpProxy': (value) => projectHttpProxy(value, intern),
  'src/collect/project/http-proxy.ts projectTlsDelegation': (value) => projectTlsDelegation(value, intern),
  'src/collect/project/status.ts projectStatuses': (value) =>
    projectStatuses([value, { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'a' }, status: value }], 0),
  'src/collect/project/istio.ts projectVirtualService': (value) => projectVirtualService(value, intern),
  'src/collect/project/istio.ts projectDestinationRule': (value) => projectDestinationRule(value, intern),
  'src/collect/project/istio.ts projectMeshGateway': (value) => projectMeshGateway(value, intern),
  'src/collect/project/istio.ts projectServiceEntry': (value) => projectServiceEntry(value, intern),
  'src/collect/project/istio.ts projectPeerAuthentication': (value) => projectPeerAuthentication(value, intern),
  'src/collect/project/istio.ts projectAuthorizationPolicy': (value) => projectAuthorizationPolicy(value, intern),
  'src/collect/project/istio.ts projectSidecarScope': (value) => projectSidecarScope(value, intern),
  'src/collect/project/ingress-class.ts projectIngressClass': (value) => projectIngressClass(value),
  'src/collect/project/ingress.ts projectIngress': (value) => projectIngress(value, intern),
  'src/collect/project/namespace.ts projectNamespace': (value) => projectNamespace(value, intern),
  'src/collect/project/network-policy.ts projectNetworkPolicy': (value) => projectNetworkPolicy(value, intern),
  'src/collect/project/node-cache.ts projectNodeCache': (value) => projectNodeCache(fields(value)),
  'src/collect/project/mounted.ts projectMounted': (value) => projectMounted(value),
  'src/collect/project/node.ts projectNode': (value) => projectNode(value, intern),
  'src/collect/project/pod.ts projectPod': (value) => projectPod(value, intern),
  'src/collect/project/service.ts projectService': (value) => projectService(value, intern),
  'src/collect/project/weave-tc.ts projectWeaveTc': (value) => projectWeaveTc(fields(value)),
  'src/collect/project/workload.ts projectWorkload': (value) => projectWorkload('Deployment', value, intern),
  'src/kube/raw-object.ts asRawObject': asRawObject,
  'src/plan/as-planned.ts differences': (value) => [
    differences(manifest(value), {}),
    differences({}, manifest(value)),
    differences(planned, manifest(value)),
  ],
  'src/manifest/diff.ts yamlLines': (value) => yamlLines(value as Json),
  'src/plan/rollout.ts rolloutOf': (value) =>
    ['Deployment', 'DaemonSet', 'StatefulSet'].map((kind) => rolloutOf(kind, manifest(value))),
  'src/manifest/server-owned.ts bare': (value) => bare(manifest(value)),
  'src/plan/three-way.ts takeBack': (value) =>
    takeBack(planned, { ...planned, spec: {} }, manifest(value), () => 'former'),
  'src/probe/ingress/object-marks.ts readyOf': rawly((raw) => endpointMarks([readyOf(raw)])),
  'src/probe/ingress/object-marks.ts rulesOf': rawly((raw) => ingressMark(rulesOf(raw))),
  'src/probe/pods/ground.ts boundsOf': rawly(boundsOf),
  'src/probe/pods/pod-state.ts failing': rawly((raw) => failing(raw as RawPod)),
  'src/probe/pods/pod-state.ts podState': rawly((raw) => podState(raw as RawPod)),
  'src/probe/pods/pods.ts isLeftover': rawly((raw) => isLeftover(raw, 0)),
  'src/probe/pods/our-pod.ts deadlineOf': rawly((raw) => deadlineOf(raw['spec'])),
  'src/probe/pods/our-pod.ts isOurs': rawly(isOurs),
  'src/probe/pods/pods.ts madeFrom': rawly(madeFrom),
  'src/manifest/canonical.ts canonical': (value) => canonical(value),
  'src/snapshot/schema.ts sourceSchemas': (value) =>
    schemas.map(([, schema]) => v.safeParse(schema, value, { abortEarly: true }).success),
  'src/wire/outside.ts fromOutside': (value) => fromOutside(value),
}

const planned: Manifest = {
  metadata: { name: 'coredns', labels: { a: 'b' } },
  spec: {
    replicas: 2,
    template: { spec: { containers: [{ name: 'coredns', image: 'a', resources: { limits: { memory: '170Mi' } } }] } },
  },
}

/** Formats of somebody's own, each with a slot of another kind at its end. */
const formatsOfTests = [
  '$remote_addr [$time_local] "$request" $status "$http_user_agent" $upstream_addr $upstream_status',
  '{"host":"$host","path":"$uri","upstream":"$upstream_addr","status":$status,"ua":"$http_user_agent"}',
  '%REQ(:METHOD)%|%REQ(:PATH)%|%RESPONSE_CODE%|%RESPONSE_FLAGS%|%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  '%ci:%cp [%tr] %b/%s %ST %hr %hs %{+Q}r',
].flatMap((it) => logFormat(it) ?? [])

const klogHead = 'E1128 10:56:37.1 7 controller.go:208] '

const spanTagNames = [
  'k8s.pod.name',
  'db.statement',
  'http.url',
  'url.full',
  'error',
  'exception.message',
  'rpc.system',
]

function spanTags(text: string): ReadonlyMap<string, string> {
  return new Map(spanTagNames.map((name) => [name, text]))
}

/** Readers of `src/wire` that take more than one text. */
export const shaped: Readonly<Record<string, (reader: (...args: readonly unknown[]) => unknown) => TextReader>> = {
  serverTls: (read) => (text) => {
    const about = { words: [text], env: [{ name: text, value: text }], paths: [text], isOpen: false }
    return [read({ ...about, image: text }), read({ ...about, image: 'redis:7' })]
  },
  numberOption: (read) => (text) => [read([text], text), read([`timeout:${text}`], 'timeout')],
  tlsOfUrl: (read) => (text) => [read('https', text), read('postgres', text), read(text, text)],
  captureReader: () => (text) => ofBytes['src/wire/pcap/reader.ts captureReader']?.(Buffer.from(text, 'latin1')),
  nameOf: (it) => (text) => [{ db: 'postgresql' }, { db: null }].map((tags) => it(text, tags)),
  // Of spans: values by their names, as Map.
  tagsOf: (it) => (text) => it(spanTags(text)),
  instanceOf: (it) => (text) => it(spanTags(text)),
  namespaceOf: (it) => (text) => it(spanTags(text)),
  flawsIn: (it) => (text) => it('REDIS_HOST', text, flawAround),
  discoverySelectors: (it) => (text) => [it(text), it(`discoverySelectors:\n- matchLabels:\n    ${text}`)],
  errorWords: (it) => (text) => it(spanTags(text)),
  failureIn: (it) => (text) => [it([text]), it(text.split('\n', 100))],
  dnsNameText: (it) => (text) => it(Buffer.from(text, 'latin1')),
  firstWords: (it) => (text) => it(Buffer.from(text, 'latin1'), 0, text.length),
  readDnsQuestion: (it) => (text) => it(question, Buffer.from(text, 'latin1'), 0, text.length),
  accessReader: (it) => {
    const read = it() as TextReader
    const own = it([...formatsOfTests]) as TextReader
    // Its time is that of a line.
    return (text) => text.split('\n', 5000).map((line) => [read(line), own(line)])
  },
  templateOf: () => (text) => formatsOfTests.map(({ template }) => template(text, 0, [])),
  haproxyLine: (it) => (text) => it(text.split(' ', 40)),
  envoyLine: (it) => (text) => it(text.split(' ', 40)),
  nginxLine: (it) => (text) => [it(text.split(' ', 40)), it(text.split('"', 40))],
  traefikLine: (it) => (text) => [it(text.split(' ', 40), true), it(text.split('"', 40), false)],
  addressesInHosts: (it) => (text) => it(text, 'cart'),
  candidates: (it) => (text) => it('glibc', { search: text.split(' ', 100), ndots: 5 }, 'cart'),
  controllerSigns: (it) => (text) => [it([text]), it(text.split('\n')), it([klogHead + text])],
  coreDnsSigns: (it) => (text) => [it([text]), it(text.split('\n'))],
  addressesIn: (it) => (text) => [it('DB_HOST', text), it('ANY_URL', text), it(text, 'http://10.0.0.7:80')],
  connectionPlaces: (it) => (text) => [it(text), it(`Server=${text};Database=a`)],
  advertisedIn: (it) => (text) => [it('ADVERTISED', text), it(text, 'A://a.b.svc:1')],
  advertisedInCommand: (it) => (text) => [it([text]), it(text.split(' ')), it(['--advertise-addr', text])],
  speechOf: (it) => (text) => it(text),
  destinationsIn: (it) => (text) => [it('DB_HOST', text), it('ANY_URL', text), it(text, 'cart:80')],
  destinationsInCommand: (it) => (text) => [it([text]), it(text.split(' ')), it(['--db-host', text])],
  settingsIn: (it) => (text) => [it('words', text), it('ini', text), it('yaml', text)],
  isUncalled: (it) => (text) => [it([text]), it(text.split('.', 20))],
  isUsed: (it) => (text) => {
    const line = { key: text, value: text, line: 1, path: text.split('.', 20), doc: 0 }
    const used = it([line], text) as (of: typeof line) => unknown
    return [used(line), used({ ...line, value: `{${text}` })]
  },
  isNginx: (it) => (text) => [it(text, ''), it('a.conf', text)],
  isHaproxy: (it) => (text) => [it(text, ''), it('a.cfg', text)],
  // As a file without a name, and as one of five kinds: which, the input's length says.
  callsInConfig: (it) => (text) => {
    const name = ['nginx.conf', 'haproxy.cfg', 'application.yaml', 'a.properties', 'envoy.yaml'][text.length % 5]
    return [it(text), name === 'envoy.yaml' ? it(`lb_endpoints: ${text}`, name) : it(text, name, [text])]
  },
  configOf: (it) => (text) => [it(text, []), it('/etc/x/nginx.conf', [text])],
  listensInConfig: (it) => (text) =>
    (['redis', 'mysql', 'nginx', 'spring', 'mosquitto'] as const).map((kind) => it({ kind, isNamed: true }, text)),
  leadsToTls: (it) => (text) => [
    it({ words: ['argocd-server', ...text.split(' ')], env: [], elsewhere: [] }),
    it({ words: [], env: [{ name: 'GITLAB_OMNIBUS_CONFIG', value: text }], elsewhere: [text] }),
  ],
  postgresTls: (it) => (text) => [
    it({ words: [text], confs: [], hbas: [] }),
    it({ words: [], confs: ['ssl = on', text], hbas: [text] }),
  ],
  lackWordsIn: (it) => (text) => [it(text), it(`ENOSPC ${text}`)],
  nginxLookups: (it) => (text) => [
    it(text),
    it(`server { ${text}`),
    it(`server { set $u ${text}; proxy_pass http://$u; }`),
  ],
  nginxDoors: (it) => (text) => [it(text), it(`server { ${text}`), it(`server { location / { ${text}`)],
  waitedForIn: (it) => (text) => [it(['sh', '-c', text]), it(text.split(' '))],
  pageSettingsIn: (it) => (text) =>
    it([
      { name: 'SERVER_SERVLET_CONTEXT_PATH', value: text },
      { name: 'MANAGEMENT_SERVER_PORT', value: text },
    ]),
  listensIn: (it) => (text) => [
    it({
      env: [
        { name: 'HOST', value: text },
        { name: text, value: '80' },
      ],
      words: [text],
    }),
    it({ env: [], words: ['--bind', ...text.split(' ')] }),
  ],
  eachDirective: (it) => (text) => it(text, { directive: () => {}, close: () => {}, comment: () => {} }),
  eachSample: (it) => (text) => it(text, () => {}),
  flagsOf: (it) => (text) => [it([text], 'source'), it(text.split(' '), 'domain-filter')],
  flagOf: (it) => (text) => [
    it([text], 'localip'),
    it(text.split(' '), 'ingress-class'),
    it(['-config', text], 'config'),
  ],
  fitsGlob: (it) => (text) => [it(text, 'cart.shop'), it('*.example.*', text), it(`*${text}*`, text)],
  hostFits: (it) => (text) => [it('*.example.com', text), it(text, 'web.example.com')],
  keptWord: (it) => (text) =>
    ['rewrite', 'forward', 'kubernetes', 'hosts', 'ours'].map((plugin) => [
      it(text, { plugin, line: plugin, isEdns: false }),
      it(text, { plugin, line: 'except', isEdns: true }),
    ]),
  kubeDnsConfig: (it) => (text) => [it(text, null), it(null, text), it(`{"corp.example": ["${text}"]}`, `["${text}"]`)],
  keptArgs: (it) => (text) => [it([text]), it(text.split(' ')), it([`--localip=${text}`, '--ingress-class', text])],
  linearPattern: (it) => {
    // One find is linear: all of them need a limit.
    const all = ['e.*x|.', '(..*x|.)'].map((pattern) => it(pattern) as LinearPattern)
    return (text) => [it(text), ...all.map((one) => [one.spans(text), one.test(text)])]
  },
  entryPointsIn: (it) => (text) => [it([text]), it([`--entryPoints.${text}.address=:80`])],
  localIps: (it) => (text) => [it([text]), it(text.split(' '))],
  upstreamService: (it) => (text) => [it([text]), it(['-upstreamsvc', text])],
  mapCorefile: (it) => (text) => it(text, (word: { readonly text: string }) => word.text),
  matches: (it) => (text) => [it(text, text, false), it(text, '/cart', true), it('^/a(/|$)(.*)', text, true)],
  placeIn: (it) => (text) => [it(text, 1), it(text, 500), it(text, null)],
  runningConfig: (it) => (text) => [it([text]), it(text.split('\n'))],
  settingsOf: (it) => (text) => [it('glibc', text), it('musl', text)],
  withoutComment: (it) => (text) => it(text, /[#;]/),
  withoutTrailing: (it) => (text) => [it(text, '/'), it(`${text}x`, '/')],
}

/** Of `src/wire`: what takes no text, or what one of the others has read already. */
export const noReadersOfWire = [
  // It is thrown.
  'TooMany',
  // What they write is this program's own.
  'pcapngHead',
  'pcapngPacket',
  'pcapngStatistics',
  'afterwards',
  'requestOf',
  'traefikTemplates',
  'alertName',
  'askByHand',
  'behindEtherType',
  'clusterDomain',
  'conntrackDelta',
  'coreDnsRates',
  'createDnsQuestion',
  'createIntern',
  'createPacket',
  'decode',
  'dnsCodeName',
  'dnsTypeName',
  'i32',
  'ipBehindLink',
  'linkName',
  'u16',
  'u16le',
  'u32',
  'u32le',
  'u8',
  'isLoopback',
  'plainNumber',
  'plainText',
  'queriesPerLookup',
  'quantileOf',
  'sameLine',
  'stubZoneNames',
  'sumOf',
  'sumOfDurations',
  'verdict',
  'withDirectiveAfter',
  'withoutDirectives',
  'withWords',
]

const wire = filesIn('src/wire', (it) => it.endsWith('.ts') && !it.endsWith('.test.ts') && !it.endsWith('.d.ts'))
const modules = await Promise.all(
  wire.map(async (it) => ({
    it,
    held: (await import(/* @vite-ignore */ `../../${it}`)) as Readonly<Record<string, unknown>>,
  })),
)
export const inWire = modules.flatMap(({ it, held }) =>
  Object.entries(held).flatMap(([name, value]) =>
    typeof value === 'function' ? [{ path: it, name, call: value as (...args: readonly unknown[]) => unknown }] : [],
  ),
)

/** Every reader of text: those named here, and all of `src/wire`, whoever adds one there. */
export const textReaders: readonly (readonly [string, TextReader])[] = [
  ...Object.entries(ofText),
  ...inWire
    .filter((it) => !noReadersOfWire.includes(it.name))
    .map(
      ({ path: file, name, call }) =>
        [`${file} ${name}`, shaped[name]?.(call) ?? ((text: string) => call(text))] as const,
    ),
]
