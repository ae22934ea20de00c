import { configMaps } from '../kube/resources.ts'
import type { Held } from '../kube/cluster.ts'
import { sealedHash } from '../kube/sealed-hash.ts'
import type { ClusterDns, CustomConfig } from '../model/cluster-dns.ts'
import { type Known, known, mapKnown, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import { type Subject, subject, subjectKey } from '../model/subject.ts'
import type { Workload } from '../model/workload.ts'
import { cacheAddresses } from '../relations/dns/node-cache.ts'
import { type CoreDnsRelease, corednsRelease } from '../relations/dns/coredns-release.ts'
import { kubernetesZones } from '../relations/dns/corefile-text.ts'
import { lackingFiles } from '../relations/dns/lacking-files.ts'
import { isServerImage } from '../relations/dns/dns-servers.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import { clusterDomain, parseCorefile } from '../wire/corefile.ts'
import { sha512 } from '../wire/sha512.ts'
import { readCacheBehind, readCacheConfig, readHandedOut } from './beside-corefile.ts'
import { judgeCustom, readKubeDns, readRights } from './dns-settings.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { inOrder } from './order.ts'
import { type Fields, fields, list, text } from './project/json.ts'
import { collectServiceProxy } from './service-proxy.ts'
import { allOf } from './workloads.ts'

type Labels = Readonly<Record<string, string>>

interface Place {
  readonly namespace: string
  /** Services in order of preference, then ConfigMaps with a Corefile. */
  readonly services: readonly string[]
  readonly configMaps: readonly string[]
  /** Pods of the DNS server when there is no Service to say. */
  readonly podLabels: Labels
}

const usual: Place = {
  namespace: 'kube-system',
  services: ['kube-dns', 'rke2-coredns-rke2-coredns', 'coredns'],
  configMaps: ['coredns', 'rke2-coredns-rke2-coredns'],
  podLabels: { 'k8s-app': 'kube-dns' },
}

const openShift: Place = {
  namespace: 'openshift-dns',
  services: ['dns-default'],
  configMaps: ['dns-default'],
  podLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' },
}

/**
 * The cluster's DNS server: Service, slices, pods, workload and Corefile. Known with `service: null` when it was
 * looked for and is not there; unknown as a whole when any part but the Corefile may not be read.
 */
export async function collectClusterDns(
  reader: Reader,
  inScope: InScope,
  held: Held | undefined = undefined,
): Promise<Known<ClusterDns>> {
  const here = await inPlace(reader, usual, inScope, held)
  if (!here.known || here.value.service !== null || here.value.pods.length > 0 || here.value.workload !== null)
    return here
  const there = await inPlace(reader, openShift, inScope)
  if (!there.known || there.value.service !== null) return there
  return (await inOtherNamespace(reader, inScope)) ?? here
}

/** So many namespaces with a Service for DNS are looked into; each costs six reads, and clusters have two or three. */
const mostHomes = 8

/**
 * Where it stands in neither: a Service that pods could have as their nameserver, whatever the scope, with DNS servers
 * behind it, whose Corefile answers for Services. A DNS server without that is some team's own. Where the Corefile may
 * not be read, the only one there is counts. null = there is none.
 */
async function inOtherNamespace(reader: Reader, inScope: InScope): Promise<Known<ClusterDns> | null> {
  const all = await inScope.allServices()
  if (!all.known) return all
  const others = all.value.filter(
    (it) => it.namespace !== usual.namespace && it.namespace !== openShift.namespace && isAsked(it),
  )
  const unread: Known<ClusterDns>[] = []
  const homes = [...new Set(others.map((it) => it.namespace))]
  for (const namespace of homes.slice(0, mostHomes)) {
    const found = await inPlace(reader, { ...usual, namespace }, inScope)
    if (found.known && found.value.service === null) continue
    if (!found.known || (!found.value.corefile.known && found.value.corefile.why.reason !== 'not-there'))
      unread.push(found)
    else if (found.value.corefile.known && answersForServices(found.value.corefile.value)) return found
  }
  // Whoever may make Services can make as many that look like it: of those that are left one may be the cluster's.
  if (homes.length > mostHomes)
    return unknown(
      'cut-off',
      `${homes.length} namespaces have a Service for DNS: ${mostHomes} were looked into, and none is the cluster's`,
    )
  return unread.length === 1 ? (unread[0] ?? null) : null
}

function answersForServices(corefile: string): boolean {
  return kubernetesZones(parseCorefile(corefile)).length > 0
}

async function inPlace(
  reader: Reader,
  place: Place,
  inScope: InScope,
  held: Held | undefined = undefined,
): Promise<Known<ClusterDns>> {
  const { namespace } = place
  const [found, workloads, custom] = await Promise.all([
    inScope.servicesIn(namespace),
    makersIn(namespace, inScope, held),
    readCustom(reader, namespace),
  ])
  if (!found.known) return found
  if (!workloads.known) return workloads

  const chosen = await dnsService(found.value, { place, workloads: workloads.value, inScope })
  if (!chosen.known) return chosen
  const service = chosen.value
  const [slices, behind, caches] = await Promise.all([
    service === null ? known([]) : inScope.slicesOf(namespace, service.name),
    podsOf(place, service, inScope),
    collectNodeCaches(namespace, inScope),
  ])
  if (!slices.known) return slices
  if (!behind.known) return behind
  if (!caches.known) return caches
  const corefile = await readCorefile(reader, place, { service, pods: behind.value })

  const vip = service?.clusterIP ?? null
  const isCached = vip !== null && cacheAddresses({ nodeCaches: caches.value }).includes(vip)
  const text = corefile.text.known ? corefile.text.value : ''
  const domain = clusterDomain(parseCorefile(text))
  const cacheConfig = await readCacheConfig(reader, caches.value, domain)
  const account = behind.value.flatMap((it) => inScope.mountedBy(it)?.account ?? [])[0]
  return known({
    service,
    slices: slices.value,
    pods: behind.value,
    ...scalerOf(workloads.value),
    ...(isCached ? { serviceProxy: await collectServiceProxy(reader, inScope, workloads.value) } : {}),
    ...(await workloadOf({ pods: behind.value, service, place, workloads: workloads.value, inScope })),
    corefile: corefile.text,
    ...(corefile.text.known && corefile.seen !== null ? { corefileMap: corefile.seen.configMap } : {}),
    ...(corefile.seen === null ? {} : { corefileKeys: corefile.seen }),
    ...corefile.changed,
    ...hashOf(text),
    ...lackingOf(text, behind.value, inScope),
    domain,
    weaveTc: inScope.weaveTcIn(namespace),
    nodeCaches: caches.value,
    ...(await readHandedOut(reader)),
    ...cacheConfig,
    ...(await readCacheBehind(caches.value, found.value, { ...cacheConfig, inScope })),
    ...(await readKubeDns(reader, held)),
    ...(await readRights(reader, held, account === undefined ? null : { namespace, account })),
    custom: mapKnown(custom, (texts) =>
      customConfig(texts, text, corednsRelease({ pods: behind.value }, unknown('not-asked', ''))),
    ),
  })
}

/**
 * A cluster of Fargate alone has no DaemonSets, and then a file holds none: where no pod of this namespace is of one,
 * those that it does not hold miss nobody.
 */
async function makersIn(
  namespace: string,
  inScope: InScope,
  held: Held | undefined,
): Promise<Known<readonly Workload[]>> {
  const [deployments, daemonSets] = [
    inScope.workloadsIn(namespace, 'Deployment'),
    inScope.workloadsIn(namespace, 'DaemonSet'),
  ]
  const all = await allOf([deployments, daemonSets])
  if (all.known || held === undefined || (await daemonSets).known) return all
  const pods = await inScope.podsWith({ namespace, labels: {} })
  return pods.known && pods.value.length > 0 && pods.value.every((it) => it.owner?.kind !== 'DaemonSet')
    ? deployments
    : all
}

/**
 * By its usual names, else by what it selects, else by what runs behind it (a Helm release names it after itself). Not
 * the headless one for metrics, nor a node cache's way to CoreDNS. Where nothing runs behind any of them, the one that
 * asks for the most of what DNS servers beside it bear: a selector may have a typo, or they may be scaled to zero.
 */
async function dnsService(
  all: readonly Service[],
  { place, workloads, inScope }: Pick<Makers, 'place' | 'workloads' | 'inScope'>,
): Promise<Known<Service | null>> {
  const usualName = place.services.map((name) => all.find((it) => it.name === name)).find((it) => it !== undefined)
  if (usualName !== undefined) return known(usualName)
  const offering = all.filter((it) => !it.name.endsWith('-upstream') && isAsked(it))
  const selecting = offering.find((it) => carries(it.selector ?? {}, place.podLabels))
  if (selecting !== undefined) return known(selecting)
  const empty: Service[] = []
  for (const it of offering) {
    const pods = await inScope.podsWith({ namespace: place.namespace, labels: eachOf(it.selector ?? {}) })
    if (!pods.known) return pods
    if (pods.value.some(isDnsServer)) return known(it)
    if (pods.value.length === 0) empty.push(it)
  }
  if (empty.length === 0) return known(null)
  const servers = await serversIn(place.namespace, inScope)
  if (!servers.known) return servers
  const bearing = [
    ...servers.value.map((it) => it.labels),
    ...workloads.map((it) => it.templateLabels).filter(saysDnsServer),
  ]
  const near = (it: Service): number => Math.max(0, ...bearing.map((labels) => sharedPairs(it.selector ?? {}, labels)))
  const [nearest] = empty.toSorted((a, b) => near(b) - near(a))
  return known(nearest !== undefined && near(nearest) > 0 ? nearest : null)
}

/** CoreDNS and kube-dns under whatever registry; not the cache that stands before them. */
function isDnsServer(pod: Pod): boolean {
  return pod.containers.some(({ image }) => isServerImage(image))
}

async function serversIn(namespace: string, inScope: InScope): Promise<Known<readonly Pod[]>> {
  return mapKnown(await inScope.podsWith({ namespace, labels: {} }), (pods) => pods.filter(isDnsServer))
}

const dnsServerNames = ['coredns', 'kube-dns', 'rke2-coredns']

function saysDnsServer(labels: Labels): boolean {
  return ['k8s-app', 'app.kubernetes.io/name', 'app'].some((key) => dnsServerNames.includes(labels[key] ?? ''))
}

function sharedPairs(selector: Labels, labels: Labels): number {
  return Object.entries(selector).filter(([key, value]) => labels[key] === value).length
}

/** Pods could have its address as their nameserver. */
function isAsked({ clusterIP, selector, ports }: Service): boolean {
  const udp = ports.some(({ port, protocol }) => port === 53 && protocol === 'UDP')
  return clusterIP !== null && clusterIP !== 'None' && selector !== null && Object.keys(selector).length > 0 && udp
}

/** The Service's own; where its selector is wrong and finds none, those that ought to be behind it. */
async function podsOf(place: Place, service: Service | null, inScope: InScope): Promise<Known<readonly Pod[]>> {
  const select = (labels: Labels): Promise<Known<readonly Pod[]>> =>
    inScope.podsWith({ namespace: place.namespace, labels: eachOf(labels) })
  const selected = await select(service?.selector ?? place.podLabels)
  if (!selected.known || selected.value.length > 0 || service === null) return selected
  const labelled = await select(place.podLabels)
  return labelled.known && labelled.value.length === 0 ? serversIn(place.namespace, inScope) : labelled
}

interface Makers {
  readonly pods: readonly Pod[]
  readonly service: Service | null
  readonly place: Place
  readonly workloads: readonly Workload[]
  readonly inScope: InScope
}

/**
 * Who owns most of the pods behind the Service. Labels are copied: GKE's own kube-dns stays behind at 0 beside the one
 * that its documentation lets people run. Where there is no pod to ask, the one that wants some comes first.
 */
async function workloadOf({
  pods,
  service,
  place,
  workloads,
  inScope,
}: Makers): Promise<Pick<ClusterDns, 'workload' | 'workloadPods'>> {
  const owned = pods.filter((it) => it.owner !== null && it.owner.kind !== 'Node')
  if (owned.length > 0) {
    const isMixed = new Set(pods.map((it) => it.owner?.name)).size > 1
    const isAsked = isMixed || owned.some(byUnhashedSet)
    const sets = isAsked ? await inScope.workloadsIn(place.namespace, 'ReplicaSet') : null
    const replicaSets = sets?.known === true ? sets.value : null
    const groups = Map.groupBy(owned, (it) => subjectKey(ownerOfPod(it, replicaSets)))
    const [most] = [...groups].toSorted(([a, some], [b, more]) => more.length - some.length || (a < b ? -1 : 1))
    const workload = workloads.find((it) => subjectKey(subject(it.kind, it.namespace, it.name)) === most?.[0])
    return {
      workload: workload ?? null,
      ...(workload === undefined || replicaSets === null
        ? {}
        : { workloadPods: (most?.[1] ?? []).map((it) => it.name).toSorted() }),
    }
  }
  const labels = [service?.selector ?? place.podLabels, place.podLabels]
  const fitting = labels.flatMap((wanted) => workloads.filter((it) => carries(it.templateLabels, wanted)))
  return { workload: fitting.find((it) => it.desired > 0) ?? fitting[0] ?? null }
}

/**
 * GKE's `kube-dns-autoscaler`, AKS's and kops's `coredns-autoscaler`, kubespray's `dns-autoscaler`, RKE2's of its
 * chart.
 */
function scalerOf(workloads: readonly Workload[]): Pick<ClusterDns, 'scaler'> {
  const scaler = workloads.find((it) => it.kind === 'Deployment' && /dns\b.*autoscaler$/.test(it.name))
  return scaler === undefined ? {} : { scaler }
}

/** Without the label that tells the Deployment's name from its ReplicaSet's. */
function byUnhashedSet(pod: Pod): boolean {
  return workloadOfPod(pod).kind === 'ReplicaSet'
}

/** Anybody may call a ReplicaSet `coredns-x`, with the hash `x`: the sets that were read say whose its pods are. */
function ownerOfPod(pod: Pod, replicaSets: readonly Workload[] | null): Subject {
  if (replicaSets === null || pod.owner?.kind !== 'ReplicaSet') return workloadOfPod(pod)
  const owner = replicaSets.find((it) => it.name === pod.owner?.name)?.owner ?? null
  return owner === null
    ? subject('ReplicaSet', pod.namespace, pod.owner.name)
    : subject(owner.kind, pod.namespace, owner.name)
}

/**
 * By what DaemonSets run, whatever they are called: kubespray's is `nodelocaldns`, a chart's bears its release's name.
 */
async function collectNodeCaches(namespace: string, inScope: InScope): Promise<Known<readonly Pod[]>> {
  const usualPods = { namespace, labels: { 'k8s-app': ['node-local-dns'] } }
  const others = inScope
    .nodeCacheTemplates()
    .filter((it) => !(it.namespace === namespace && it.labels['k8s-app'] === 'node-local-dns'))
    .map((it) => ({ namespace: it.namespace, labels: eachOf(it.labels) }))
  const all = new Map<string, Pod>()
  for (const wanted of [usualPods, ...others]) {
    const found = await inScope.podsWith(wanted)
    if (!found.known) return found
    for (const it of found.value) all.set(`${it.namespace}/${it.name}`, it)
  }
  return known([...all.values()].toSorted(inOrder))
}

function eachOf(labels: Labels): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, [value]]))
}

function carries(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}

interface CorefileRead {
  readonly text: ClusterDns['corefile']
  /** Of the ConfigMap that was there. */
  readonly seen: NonNullable<ClusterDns['corefileKeys']> | null
  readonly changed?: Pick<ClusterDns, 'corefileChangedAt'>
}

/**
 * The key `Corefile` of the first ConfigMap that is there, or the one that all servers mount in its place, and the
 * names of the others: the one that the DNS servers mount, else by its usual names. Charts name it as the Service;
 * GKE's `kube-dns` holds kube-dns's own settings.
 */
async function readCorefile(
  reader: Reader,
  place: Place,
  { service, pods }: Pick<ClusterDns, 'service' | 'pods'>,
): Promise<CorefileRead> {
  const mounted = pods.flatMap((it) => it.corefileMap ?? [])
  const own = service === null || service.name === 'kube-dns' ? [] : [service.name]
  const wanted = keyOf(pods)
  const names = [...new Set([...mounted, ...own, ...place.configMaps])]
  for (const name of names) {
    const found = await reader.get(configMaps, place.namespace, name, (raw) => ({
      text: text(fields(raw['data'])[wanted]),
      changed: changedOf(fields(raw['metadata'])),
      keys: [...Object.keys(fields(raw['data'])), ...Object.keys(fields(raw['binaryData']))].toSorted(),
    }))
    if (!found.known && found.why.reason === 'not-there') continue
    if (!found.known) return { text: found, seen: null }
    const seen = { configMap: name, wanted, keys: found.value.keys }
    return found.value.text === null
      ? { text: unknown('not-there', `ConfigMap ${place.namespace}/${name} has no key ${wanted}`), seen }
      : { text: known(found.value.text), seen, changed: found.value.changed }
  }
  return { text: unknown('not-there', `no ConfigMap ${names.join(' or ')} in ${place.namespace}`), seen: null }
}

/** Of managedFields what src/kube/raw-object.ts keeps. */
function changedOf(metadata: Fields): Pick<ClusterDns, 'corefileChangedAt'> {
  const last = Math.max(...list(metadata['managedFields']).map((it) => Date.parse(text(fields(it)['time']) ?? '') || 0))
  return Number.isFinite(last) && last > 0 ? { corefileChangedAt: last } : {}
}

/** While servers of two templates run, none of them speaks for all. */
function keyOf(pods: readonly Pod[]): string {
  const [only = 'Corefile', ...others] = new Set(pods.filter((it) => !it.deleting).map((it) => it.corefileKey))
  return others.length === 0 ? only : 'Corefile'
}

const customName = 'coredns-custom'

type Texts = Readonly<Record<string, string>>

function readCustom(reader: Reader, namespace: string): Promise<Known<Texts>> {
  return reader.get(configMaps, namespace, customName, (raw) =>
    Object.fromEntries(Object.entries(fields(raw['data'])).map(([key, value]) => [key, text(value) ?? ''])),
  )
}

function lackingOf(text: string, pods: readonly Pod[], inScope: InScope): Pick<ClusterDns, 'lacking'> {
  const mounted = pods.filter((it) => !it.deleting).flatMap((it) => inScope.mountedBy(it) ?? [])
  return mounted.length === 0 ? {} : { lacking: lackingFiles(parseCorefile(text), mounted) }
}

/** The texts end here: they may hold secrets, and only their keys are judged. */
function customConfig(texts: Texts, corefile: string, release: CoreDnsRelease | null): CustomConfig {
  const mentioned = (name: string): boolean =>
    corefile.includes(name) || Object.entries(texts).some(([key, value]) => key !== name && value.includes(name))
  const { refused, doubts, unasked } = judgeCustom(corefile, texts, release)
  return {
    configMap: customName,
    keys: Object.keys(texts)
      .toSorted()
      .map((name) => ({ name, mentioned: mentioned(name) })),
    ...(refused.length === 0 ? {} : { refused }),
    ...(doubts.length === 0 ? {} : { doubts }),
    ...(unasked.length === 0 ? {} : { unasked }),
  }
}

/** Before the door: of a text with words taken out, it would be another one's. */
function hashOf(text: string): Pick<ClusterDns, 'corefileHash'> {
  const version = text === '' ? null : corefileVersionText(text, 'none')
  return version === null ? {} : { corefileHash: sealedHash(sha512(version)) }
}
