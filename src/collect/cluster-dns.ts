import { configMaps } from '../kube/resources.ts'
import type { ClusterDns, CustomConfig } from '../model/cluster-dns.ts'
import { type Known, known, mapKnown, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import { clusterDomain, parseCorefile } from '../wire/corefile.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { fields, text } from './project/json.ts'
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
export async function collectClusterDns(reader: Reader, inScope: InScope): Promise<Known<ClusterDns>> {
  const here = await inPlace(reader, usual, inScope)
  if (!here.known || here.value.service !== null || here.value.pods.length > 0 || here.value.workload !== null) return here
  const there = await inPlace(reader, openShift, inScope)
  return !there.known || there.value.service !== null ? there : here
}

async function inPlace(reader: Reader, place: Place, inScope: InScope): Promise<Known<ClusterDns>> {
  const { namespace } = place
  const [found, workloads, corefile, custom] = await Promise.all([
    inScope.servicesIn(namespace),
    allOf([inScope.workloadsIn(namespace, 'Deployment'), inScope.workloadsIn(namespace, 'DaemonSet')]),
    readCorefile(reader, place),
    readCustom(reader, namespace),
  ])
  if (!found.known) return found
  if (!workloads.known) return workloads

  const service = dnsService(found.value, place)
  const [slices, behind, caches] = await Promise.all([
    service === null ? known([]) : inScope.slicesOf(namespace, service.name),
    podsOf(place, service, inScope),
    inScope.podsWith({ namespace, labels: { 'k8s-app': ['node-local-dns'] } }),
  ])
  if (!slices.known) return slices
  if (!behind.known) return behind
  if (!caches.known) return caches

  const labels = [service?.selector ?? place.podLabels, place.podLabels]
  return known({
    service,
    slices: slices.value,
    pods: behind.value,
    workload: labels.map((it) => workloads.value.find((other) => carries(other.templateLabels, it))).find((it) => it !== undefined) ?? null,
    corefile,
    domain: clusterDomain(parseCorefile(corefile.known ? corefile.value : '')),
    weaveTc: inScope.weaveTcIn(namespace),
    nodeCaches: caches.value,
    custom: mapKnown(custom, (texts) => customConfig(texts, corefile.known ? corefile.value : '')),
  })
}

/** By its usual names, else by what it selects: not the headless one for metrics, nor node-local-dns's way to CoreDNS. */
function dnsService(all: readonly Service[], place: Place): Service | null {
  const usualName = place.services.map((name) => all.find((it) => it.name === name)).find((it) => it !== undefined)
  const selecting = all.find((it) => it.name !== 'kube-dns-upstream' && it.clusterIP !== 'None' && it.selector !== null && carries(it.selector, place.podLabels) && it.ports.some(({ port }) => port === 53))
  return usualName ?? selecting ?? null
}

/** The Service's own; where its selector is wrong and finds none, those that ought to be behind it. */
async function podsOf(place: Place, service: Service | null, inScope: InScope): Promise<Known<readonly Pod[]>> {
  const select = (labels: Labels): Promise<Known<readonly Pod[]>> =>
    inScope.podsWith({ namespace: place.namespace, labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, [value]])) })
  const selected = await select(service?.selector ?? place.podLabels)
  return selected.known && selected.value.length === 0 && service?.selector ? select(place.podLabels) : selected
}

function carries(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}

/** The key `Corefile` of the first ConfigMap that is there, and no other key. */
async function readCorefile(reader: Reader, place: Place): Promise<Known<string>> {
  for (const name of place.configMaps) {
    const found = await reader.get(configMaps, place.namespace, name, (raw) => text(fields(raw['data'])['Corefile']))
    if (!found.known && found.why.reason === 'not-there') continue
    if (!found.known) return found
    return found.value === null ? unknown('not-there', `ConfigMap ${place.namespace}/${name} has no key Corefile`) : known(found.value)
  }
  return unknown('not-there', `no ConfigMap ${place.configMaps.join(' or ')} in ${place.namespace}`)
}

const customName = 'coredns-custom'

type Texts = Readonly<Record<string, string>>

function readCustom(reader: Reader, namespace: string): Promise<Known<Texts>> {
  return reader.get(configMaps, namespace, customName, (raw) => Object.fromEntries(Object.entries(fields(raw['data'])).map(([key, value]) => [key, text(value) ?? ''])))
}

/** The texts end here: they may hold secrets, and only their keys are judged. */
function customConfig(texts: Texts, corefile: string): CustomConfig {
  const mentioned = (name: string): boolean => corefile.includes(name) || Object.entries(texts).some(([key, value]) => key !== name && value.includes(name))
  return { configMap: customName, keys: Object.keys(texts).toSorted().map((name) => ({ name, mentioned: mentioned(name) })) }
}
