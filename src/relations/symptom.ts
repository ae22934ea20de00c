import { type Subject, subjectKey } from '../model/subject.ts'

/** Troubles by name: a finding that is one lists it in `symptoms`, a finding that causes one lists it in `causes`. */
interface Named {
  readonly namespace: string
  readonly name: string
}

export const noEndpoints = (service: Named): string => `no-endpoints:${service.namespace}/${service.name}`

export const svcUnanswered = (service: Named): string => `svc-unanswered:${service.namespace}/${service.name}`

/** No pod of this Service declares, or has, what one of its ports leads to. */
export const portUnserved = (service: Named, port: number): string =>
  `port-unserved:${service.namespace}/${service.name}:${port}`

/** Nobody gives this Service of type LoadBalancer an address. */
export const noExternalAddress = (service: Named): string => `no-external-address:${service.namespace}/${service.name}`

/** Two pods have this address. */
export const addressTwice = (ip: string): string => `address-twice:${ip}`

/** What is sent to this address comes to either of two pods. */
export const addressShared = (ip: string): string => `address-shared:${ip}`

/** No object can be made in this namespace. */
export const nothingMade = (namespace: string): string => `nothing-made:${namespace}`

/** By the name of one of `webhooks`: what the API server refuses since it does not answer. */
export const refusedThrough = (webhook: string): string => `refused-through:${webhook}`

/** Pods of this StatefulSet that run and are not ready. */
export const peersWait = (set: Named): string => `peers-wait:${set.namespace}/${set.name}`

/** Pods of this workload have the node's DNS servers in place of the cluster's. */
export const nodeResolver = (workload: Subject): string => `node-resolver:${subjectKey(workload)}`

/** No node has a network for pods: none gets an address, and none is ready. */
export const noPodNetwork = 'no-pod-network'

/** No pod of this workload is ready. */
/** It waits with an error, and somebody lacks it. */
export const podStuck = (pod: Named): string => `pod-stuck:${pod.namespace}/${pod.name}`

export const podsUnready = (workload: Subject): string => `pods-unready:${subjectKey(workload)}`

/** Connections to this Service come to pods that are not ready, as it publishes them. */
export const unreadyPublished = (service: Named): string => `unready-published:${service.namespace}/${service.name}`

/** Everything that this Ingress routes. */
export const ingressFails = (ingress: Named): string => `ingress-fails:${ingress.namespace}/${ingress.name}`

/** Only what it routes to one Service: the paths to its other Services have causes of their own. */
export const ingressBackendFails = (ingress: Named, service: string): string => `${ingressFails(ingress)}/${service}`

/** All of that, and each of its Services. */
export const allOfIngress = (ingress: Named): readonly string[] => [ingressFails(ingress), `${ingressFails(ingress)}/*`]

/** Runs of a CronJob, or a Job of its own, fail. */
export const jobFails = (maker: Named): string => `job-fails:${maker.namespace}/${maker.name}`

/** An expression takes requests for a path of this Ingress that none of its own rules means. */
export const regexTakes = (ingress: Named): string => `regex-takes:${ingress.namespace}/${ingress.name}`

/** A pod that goes through its search list got no address for a name, or got it late. */
export const searchedInPod = (pod: Named): string => `searched-in-pod:${pod.namespace}/${pod.name}`

/** A program of musl got no address for this name; null: the program does not say for which. */
export const muslDenied = (host: string | null): string =>
  `musl-denied:${host === null ? '?' : host.toLowerCase().replace(/\.$/, '')}`

/** Of a name that exists, the IPv6 address is denied as if there were no such name. */
export const aaaaDenies = 'aaaa-denies'

/** Whom it lets decide about each request says neither yes nor no. */
export const authUnclear = (ingress: Named): string => `auth-unclear:${ingress.namespace}/${ingress.name}`

/** Its controller has given it no address. */
export const ingressWaits = (ingress: Named): string => `ingress-waits:${ingress.namespace}/${ingress.name}`

/** An ALB is to send to node ports of a Service that has none: its controller says so. */
export const albLacksNodePorts = (ingress: Named): string => `alb-lacks-node-ports:${ingress.namespace}/${ingress.name}`

/** A controller runs something else than this Ingress says. */
export const ingressNotLive = (ingress: Named): string => `ingress-not-live:${ingress.namespace}/${ingress.name}`

/** A controller has other endpoints for this Service than there are. */
export const backendsNotLive = (service: Named): string => `backends-not-live:${service.namespace}/${service.name}`

/** nginx refused the last configuration in this controller's pod. */
export const reloadRefused = (pod: Named): string => `reload-refused:${pod.namespace}/${pod.name}`

/** This controller's pod does not reach the API server. */
export const controllerCutOff = (pod: Named): string => `controller-cut-off:${pod.namespace}/${pod.name}`

/** A controller gets no connection to some endpoint of this Service. */
export const controllerKeptFrom = (service: Named): string =>
  `controller-kept-from:${service.namespace}/${service.name}`

/** Requests of users to this Ingress went wrong in the last minutes: by its Service, or in the controller itself. */
export const failedLately = (ingress: Named, at: string): string =>
  `failed-lately:${ingress.namespace}/${ingress.name}/${at}`

/** The same of a route, by its kind. */
export const routeFailedLately = ({ kind, namespace, name }: Named & { readonly kind: string }): string =>
  `failed-lately:${kind}/${namespace}/${name}`

/** What clients outside of the cluster get of this Ingress, whatever its controllers say. */
export const outsideFails = (ingress: Named): string => `outside-fails:${ingress.namespace}/${ingress.name}`

/** A limit of this Ingress refuses those who ask it from outside. */
export const outsideLimited = (ingress: Named): string => `outside-limited:${ingress.namespace}/${ingress.name}`

/** What stands behind this Service answers HTTP requests with errors, or not to the end. */
export const endpointsAnswerBadly = (service: Named): string =>
  `endpoints-answer-badly:${service.namespace}/${service.name}`

/** What stands behind this Service, or some of it, does not have a page that it should have. */
export const notFoundBySome = (service: Named): string => `not-found-by-some:${service.namespace}/${service.name}`

/** What stands behind this Service ends connections at once, without a byte. */
export const hangsUp = (service: Named): string => `hangs-up:${service.namespace}/${service.name}`

/** A node does not forward this Service's NodePort. */
export const nodePortUnanswered = (service: Named): string =>
  `node-port-unanswered:${service.namespace}/${service.name}`

export const nodeDown = (node: string): string => `node-down:${node}`

/** What pods of this node send to the API server is lost. */
export const apiWayLost = (node: string): string => `api-way-lost:${node}`

/** Pods of this node do not reach the API server. */
export const apiOutOfReach = (node: string): string => `api-out-of-reach:${node}`

/** This node has too little of something left, and takes no pod. */
export const nodePressed = (node: string): string => `node-pressed:${node}`

/** The Ready condition of this node is not True. */
export const nodeNotReady = (node: string): string => `node-not-ready:${node}`

/** Packets of pods do not cross between these two nodes, in one direction or both. */
export const wayClosed = (a: string, b: string): string => `way-closed:${[a, b].toSorted().join('/')}`

/** A node of which each way loses a part. */
export const lossyNode = (node: string): string => `lossy-node:${node}`

/** This node leads addresses of Services astray that others lead well. */
export const serviceRules = (node: string): string => `service-rules:${node}`

/** The rules of this node are not those that kube-proxy should have written. */
export const rulesBehind = (node: string): string => `rules-behind:${node}`

/** Large packets from pods of the one node do not reach the other, and small ones do. */
export const largeLost = (from: string, to: string): string => `large-lost:${from}/${to}`

/** Requests that fill a packet are not answered there, and small ones are. */
export const largeRequestsLost = (kind: 'Service' | 'Ingress', { namespace, name }: Named): string =>
  `large-requests-lost:${kind}/${namespace}/${name}`

/** kube-proxy says of itself that it is not well, or says nothing. */
export const proxyUnwell = (node: string): string => `proxy-unwell:${node}`

/** Some pod of this node is reached from there alone. */
export const keptIn = (node: string): string => `kept-in:${node}`

export const dnsLossOnNode = (node: string): string => `dns-loss:node/${node}`

/** What pods of this node are told of names below a suffix is what they are told of Services that are there. */
export const suffixEnds = (node: string): string => `suffix-ends:node/${node}`

export const dnsLossInNamespace = (namespace: string): string => `dns-loss:ns/${namespace}`

export const dnsLossInPod = (pod: Named): string => `dns-loss:ns/${pod.namespace}/${pod.name}`

/** A policy on the DNS servers, whoever it keeps out. */
export const dnsDoorShut = (policy: Named): string => `dns-door-shut:${policy.namespace}/${policy.name}`

/** Names of Services do not become names by the search list of this workload's pods. */
export const searchLacks = (workload: Subject): string => `search-lacks:${subjectKey(workload)}`

/** One nameserver of this pod's resolv.conf, by itself. */
export const dnsServerInPod = (pod: Named, ip: string): string => `dns-server-in-pod:${pod.namespace}/${pod.name}/${ip}`

/** A name of this Service, as this pod looks it up. */
export const nameInPod = (pod: Named, service: Named): string =>
  `name-in-pod:${pod.namespace}/${pod.name}/${service.namespace}/${service.name}`

/** DNS has no names for the pods of this StatefulSet. */
export const podsUnnamed = (set: Named): string => `pods-unnamed:${set.namespace}/${set.name}`

/** DNS denies this Service, or says something else of it. */
export const nameWrong = (service: Named): string => `name-wrong:${service.namespace}/${service.name}`

/** The name of this headless Service still leads to an address that none of its pods has any more. */
export const nameGivesGone = (service: Named): string => `name-gives-gone:${service.namespace}/${service.name}`

/** DNS denies the SRV records of named ports, or says something else of them. */
export const srvWrong = 'srv-wrong'

/** The Corefile, by its text, leaves names of Services out: a block without kubernetes, a list of namespaces. */
export const zoneLeftOut = 'zone-left-out'

/** Answers bear another name than was asked for. */
export const dnsForeignAnswer = 'dns-foreign-answer'

/** A name of no Service, as a pod asked for it, led to no address there. */
export const hostUnknown = (host: string): string => `host-unknown:${host.toLowerCase().replace(/\.$/, '')}`

export function isHostKey(key: string): boolean {
  return key.startsWith('host-unknown:')
}

/** The same, by the name of a Service as it was asked for: `kubernetes.default` or more of it. */
export function nameWrongOf(asked: string): readonly string[] {
  const [, name, namespace] = /^([^.]+)\.([^.]+)(?:\.svc(?:\..*)?)?$/.exec(asked) ?? []
  return name === undefined || namespace === undefined ? [] : [nameWrong({ namespace, name })]
}

/** The DNS Service does not answer this pod over TCP, whatever it does over UDP. */
export const dnsTcpLossInPod = (pod: Named): string => `dns-tcp-loss:${pod.namespace}/${pod.name}`

/** A kubelet hands this nameserver to pods. */
export const handedOutBy = (ip: string): string => `nameserver-handed-out:${ip}`

/** DNS caches of the nodes end for what their Corefile has in it. */
export const cachePlaceholders = 'dns-cache-placeholders'

/** No server behind the DNS Service is ready. */
export const dnsServersDown = 'dns-servers-down'

/** What stands at this address behind the DNS Service does not answer. */
export const dnsServerDead = (ip: string): string => `dns-server-dead:${ip}`

/** DNS servers answer names of the cluster with SERVFAIL or REFUSED. */
export const dnsAnswersErrors = 'dns-answers-errors'

/** The DNS servers refuse what pods of this node ask, as an acl rule of the Corefile would have it. */
export const dnsRefuses = (node: string): string => `dns-refuses:node/${node}`

/** This DNS server gets no answer from those that it forwards to, whatever the others get. */
export const upstreamSilentTo = (pod: string): string => `dns-upstream-silent-to:${pod}`

/** A DNS server ends soon after each start. */
export const dnsServerCrash = 'dns-server-crash'

/** This server's watch of the API server ended, and nothing says that it stands again. */
export const dnsWatchEnded = (pod: string): string => `dns-watch-ended:${pod}`

/** UDP port 53 is answered, and TCP port 53 is not. */
export const dnsTcpUnanswered = 'dns-tcp-unanswered'

/** CoreDNS's upstream answers UDP, and not TCP. */
export const dnsUpstreamTcp = 'dns-upstream-tcp'

/** A name outside is found and denied by turns. */
export const dnsAnswersDiffer = 'dns-answers-differ'

/** Queries with EDNS0 go unanswered from this node, where plain ones are answered. */
export const ednsUnanswered = (node: string): string => `dns-edns:node/${node}`

/** The search list of this workload makes many queries of each lookup. */
export const searchAmplified = (workload: Subject): string => `search-amplified:${subjectKey(workload)}`

/** What this policy lets nobody through to. */
export const keptBy = (policy: Named): string => `kept-by:${policy.namespace}/${policy.name}`

/** A name of a port that this policy opens means nothing in this pod. */
export const portNameMeansNothing = (policy: Named, name: string, pod: Named): string =>
  `port-name:${policy.namespace}/${policy.name}:${name}:${pod.namespace}/${pod.name}`

/** This workload is told to call what is not there. */
export const toldWrongly = (workload: Subject): string => `told-wrongly:${subjectKey(workload)}`

/** This workload gets no connection to what it is told to call, whoever else does. */
export const calleeOutOfReach = (workload: Subject): string => `callee-out-of-reach:${subjectKey(workload)}`

/** Names outside the cluster get no answer from where CoreDNS sends them. */
export const dnsUpstreamSilent = 'dns-upstream-silent'

/** A node finds no address of a registry: no image of it comes to that node. */
export const registryUnknown = (node: string): string => `registry-unknown:${node}`

/** Nobody who watches Gateways of this class, or the class is not accepted. */
export const gatewayClassFails = (name: string): string => `gateway-class-fails:${name}`

/** The Gateway as a whole, or one of its listeners. */
export const gatewayFails = (gateway: Named, listener?: string): string =>
  `gateway-fails:${gateway.namespace}/${gateway.name}${listener === undefined ? '' : `/${listener}`}`

/** This Gateway, and each of its listeners. */
export const allOfGateway = (gateway: Named): readonly string[] => [gatewayFails(gateway), `${gatewayFails(gateway)}/*`]

/** What this HTTPRoute, GRPCRoute, … routes. */
export const gatewayRouteFails = (route: Named & { readonly kind: string }): string =>
  `gateway-route-fails:${route.kind}/${route.namespace}/${route.name}`

/** A BackendTLSPolicy that is not in force. */
export const tlsPolicyFails = (policy: Named): string => `backend-tls-policy-fails:${policy.namespace}/${policy.name}`

/** No HTTPProxy with a host includes this one. */
export const proxyOrphaned = (proxy: Named): string => `proxy-orphaned:${proxy.namespace}/${proxy.name}`

/** What this HTTPProxy routes. */
export const proxyFails = (proxy: Named): string => `proxy-fails:${proxy.namespace}/${proxy.name}`

/** The same of either kind. */
export const routeFails = (route: Named & { readonly kind: string }): string =>
  route.kind === 'HTTPProxy' ? proxyFails(route) : gatewayRouteFails(route)

/** Connections to this pod are stopped that policies allow. */
/** The only pod of a Service runs, and is not ready: what keeps packets from it keeps the kubelet's probes from it. */
export const unready = (pod: Named): string => `unready:${pod.namespace}/${pod.name}`

export const stoppedOnTheWay = (pod: Named): string => `stopped-on-the-way:${pod.namespace}/${pod.name}`

/** Pods that look a name outside of the cluster up get this Service, whose name it is below a suffix. */
export const outsideNameTaken = (service: Named): string => `outside-name-taken:${service.namespace}/${service.name}`

/** This pod waits for an answer from an address that nobody has. */
export const goneAsked = (pod: Named, ip: string): string => `gone-asked:${pod.namespace}/${pod.name}/${ip}`

/** Connections to this port of a pod wait, and its program does not accept them. */
export const notAccepted = (pod: Named, port: number): string => `not-accepted:${pod.namespace}/${pod.name}/${port}`

/** A program of this pod has as many file descriptors as it may have. */
export const filesTaken = (pod: Named): string => `files-taken:${pod.namespace}/${pod.name}`

/** This pod has no source port left, or hardly one, for connections to one other end. */
export const sourcePortsTaken = (pod: Named): string => `source-ports-taken:${pod.namespace}/${pod.name}`

/** This object says of itself that something is wrong with it. */
export const saysOfItself = (it: Subject): string => `says-of-itself:${subjectKey(it)}`

/** What was to make this Service has not. */
export const serviceUnmade = (service: Named): string => `service-unmade:${service.namespace}/${service.name}`

/** None of the pods of this Service was given the label by which it finds the one that writes. */
export const roleUnset = (service: Named): string => `role-unset:${service.namespace}/${service.name}`
