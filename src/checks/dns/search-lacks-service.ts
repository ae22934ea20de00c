import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { isFailed } from '../../relations/dns/inside-answers.ts'
import { type PodResolver, podResolvers, serverKinds } from '../../relations/dns/pod-resolvers.ts'
import {
  type Callable,
  calledBy,
  isInHosts,
  type ToldCall,
  toldCalls,
  spelledOut,
} from '../../relations/service/called-services.ts'
import { nameInPod, searchLacks, toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'
import { resolverEvidence } from './resolver-words.ts'

/**
 * With dnsPolicy None the search list is what dnsConfig says, and the environment says whom the program calls: the two
 * together decide whether the name is one. `prometheus.monitoring` becomes a name by `svc.cluster.local`, and by
 * `shop.svc.cluster.local` it does not.
 */
export default check({
  code: 'DNS206',
  slug: 'dns/search-lacks-service',
  title: "a pod's search list can't find a Service that it is told to call",
  fine: 'Services that pods with a search list of their own are told to call are found by it',
  severity: 'warning',
  needs: ['pods', 'services', 'clusterDns'],
  wants: ['namespaces', 'insideViews'],
  remedies: [],
  decides: ['DNS-16'],

  run({ pods, services, clusterDns, namespaces, insideViews, scope }) {
    const own = pods.filter((it) => it.dnsPolicy === 'None' && it.resolvConfMount === undefined)
    if (own.length === 0) return notApplicable('no pod here has dnsPolicy None')
    const kind = serverKinds(clusterDns, services)
    const resolvers = podResolvers(own, clusterDns, insideViews).filter((it) =>
      it.nameservers.some((ip) => kind(ip) === 'cluster' || kind(ip) === 'local'),
    )
    const byWorkload = Map.groupBy(resolvers, (it) => subjectKey(it.workload))
    const around = {
      services,
      namespaces: namespaces.known ? namespaces.value.map((it) => it.name) : null,
      domain: clusterDns.domain,
      scope,
    }
    const told = toldCalls(own).flatMap((it) => {
      const target = targetOf(it, around)
      const its = target === null ? [] : ofContainer(byWorkload.get(subjectKey(workloadOfPod(it.pod))) ?? [], it)
      return target === null ? [] : its.map((resolver) => ({ ...it, resolver, target }))
    })
    if (told.length === 0) return notApplicable('no pod with dnsPolicy None is told to call a Service')
    const lost = told.filter((it) => !isFound(it, clusterDns))
    if (lost.length === 0) return ok(told.length, spelledOut)
    return [...Map.groupBy(lost, (it) => subjectKey(it.resolver.workload)).values()].flatMap((its) =>
      verdict(its, { dns: clusterDns, scope, services }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} is told to call ${args.host}, and its search list ` +
      (args.instead === null ? 'makes no name of that' : `leads to Service ${args.instead}`) +
      `: ${args.needs} is not in it.`,
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container} · dnsPolicy None · searches: ${args.searches} · ` +
      count(args.names, 'name') +
      ' so',
    note: ({ args }) => {
      if (args.instead !== null)
        return `Service ${args.full} has that name in its own namespace: it may be meant, or not`
      return args.foreign === null
        ? 'every lookup of it ends in "no such host"'
        : `unless ${args.foreign} has such a name: that zone is not the cluster's, and was not asked`
    },
    help: ({ subject: on, args }) => [
      `call ${args.full}, or put ${args.needs} into dnsConfig.searches`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A12 dnsPolicy`,
      `hopscope resolve ${args.host} -n ${on.namespace} --from pod/${args.pod}`,
    ],
  },
})

interface Target {
  readonly namespace: string
  readonly name: string
}

/** The Service that is meant; of a namespace whose Services were not read, by that namespace's name. */
function targetOf({ pod, call }: ToldCall, around: Callable): Target | null {
  const called = calledBy(pod, call, around)
  if ('service' in called) return { namespace: called.service.namespace, name: called.service.name }
  const [name, namespace, ...more] = call.host.split('.')
  const below = more.length > 0 || isInHosts(pod, call.host) ? null : podBelow(pod, { name, namespace }, around)
  if (below !== null) return below
  if (called.is !== 'elsewhere' || isInHosts(pod, call.host)) return null
  if (name === undefined || namespace === undefined || more.length > (more[0] === 'svc' ? 1 : 0)) return null
  const { namespaces, scope } = around
  const isUnread = scope.namespace !== null && scope.namespace !== namespace
  return isUnread && namespaces?.includes(namespace) === true ? { namespace, name } : null
}

/**
 * `postgres-0.postgres`: a pod below a headless Service of the own namespace, as StatefulSets name them, and no Service
 * `postgres-0` of a namespace `postgres`.
 */
function podBelow(
  pod: Pod,
  { name = '', namespace: service }: { readonly name: string | undefined; readonly namespace: string | undefined },
  { services, namespaces }: Callable,
): Target | null {
  if (service === undefined || !/-\d{1,5}$/.test(name) || namespaces?.includes(service) === true) return null
  const isThere = services.some(
    (it) => it.namespace === pod.namespace && it.name === service && it.clusterIP === 'None',
  )
  return isThere ? { namespace: pod.namespace, name: `${name}.${service}` } : null
}

/** The Service of another namespace that the search list comes to first, by the name that is meant for the own one. */
function insteadOf({ call, resolver }: Told, { domain }: ClusterDns, services: readonly Service[]): string | null {
  for (const search of resolver.searches) {
    const tried = `${bareName(call.host)}.${bareName(search)}`
    const found = services.find((it) => isWithin(tried, `${it.name}.${it.namespace}.svc.${bareName(domain)}`))
    if (found !== undefined) return full(found)
  }
  return null
}

/** What the container that makes the call was seen to go by; else what any of the workload was. */
function ofContainer(its: readonly PodResolver[], { container }: ToldCall): readonly PodResolver[] {
  const own = its.filter(({ seenIn }) => seenIn.inContainers.includes(container))
  return own.length > 0 ? own : its
}

interface Told extends ToldCall {
  readonly resolver: PodResolver
  readonly target: Target
}

/** As libc tries: the name with each suffix, and as it is (resolv.conf(5)). */
function isFound({ call, resolver, target }: Told, { domain }: ClusterDns): boolean {
  const host = bareName(call.host)
  const names = resolver.view?.resolving?.names ?? []
  if (names.some((it) => bareName(it.typed) === host && !isFailed(it) && it.result !== 'not-asked')) return true
  const whole = `${target.name}.${target.namespace}.svc.${bareName(domain)}`
  const tried = [host, ...resolver.searches.map((it) => `${host}.${bareName(it)}`)]
  return tried.some((it) => isWithin(it, whole))
}

interface Around {
  readonly dns: ClusterDns
  readonly scope: Scope
  readonly services: readonly Service[]
}

function verdict(its: readonly Told[], { dns, scope, services }: Around) {
  const [first] = its
  if (first === undefined) return []
  const { call, container, pod, resolver, target } = first
  const { searches, workload } = resolver
  const foreign = searches.find((it) => !isWithin(bareName(it), dns.domain)) ?? null
  const whole = `${target.name}.${target.namespace}.svc.${dns.domain}`
  const seen = its.filter(isSeenLost)
  const instead = insteadOf(first, dns, services)
  const unseen = foreign === null && instead === null ? 'inferred' : 'possible'
  return [
    finding({
      subject: workload,
      confidence: seen.length > 0 ? 'observed' : unseen,
      severity: foreign === null && instead === null && isAsked(its, scope) ? 'error' : 'warning',
      args: {
        host: call.host,
        by: call.by,
        container,
        pod: pod.name,
        needs: suffixFor(call.host, target, dns.domain),
        full: whole,
        searches: searches.length === 0 ? 'none' : searches.join(' '),
        foreign,
        instead,
        names: new Set(its.map((it) => it.call.host)).size,
      },
      evidence: [
        resolverEvidence(resolver, 'search', searches[0] ?? 'searches', `${call.host} does not become ${whole}`),
        toldEvidence(workload, first),
      ],
      symptoms: seen.map((it) => nameInPod({ ...it.pod, name: it.resolver.view?.pod ?? it.pod.name }, it.target)),
      causes: [toldWrongly(workload), searchLacks(workload)],
    }),
  ]
}

const isDenied = (it: Answer): boolean => it === 'nxdomain' || it === 'not-found'

/** The very name was looked up in such a pod, and was none. */
function isSeenLost({ call, resolver }: Told): boolean {
  const names = resolver.view?.resolving?.names ?? []
  return names.some((it) => bareName(it.typed) === bareName(call.host) && isDenied(it.result))
}

/** `prometheus.monitoring` lacks `svc.cluster.local`. */
function suffixFor(host: string, { namespace }: Target, domain: string): string {
  const labels = host.split('.')
  if (labels.includes('svc')) return domain
  return labels.includes(namespace) && labels.length > 1 ? `svc.${domain}` : `${namespace}.svc.${domain}`
}

function toldEvidence(on: Subject, { call, container }: Told) {
  const isArg = call.by === null || call.by.startsWith('-')
  const host = call.port === null ? call.host : `${call.host}:${call.port}`
  return {
    kind: 'config',
    object: on,
    path: `containers[${container}].${isArg ? 'args' : 'env'}`,
    lines: [call.by === null ? host : `${call.by}: ${host}`],
    at: 0,
    mark: call.host,
    label: 'is looked up by this name',
  } as const
}

function isAsked(its: readonly { readonly pod: Pod }[], scope: Scope): boolean {
  return its.some((it) => isTargetPod(scope, it.pod))
}
