import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { isFailed } from '../../relations/dns/inside-answers.ts'
import { isClusterFirst } from '../../relations/dns/pod-resolvers.ts'
import { calledBy, spelledOut, type ToldCall, toldCalls } from '../../relations/service/called-services.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'

/**
 * glibc goes on to the search list when a name with dots is none by itself. musl does not: with as many dots as `ndots`
 * a name is asked for as it stands, once and for all. Windows has one suffix, and adds it to names without a dot.
 */
export default check({
  code: 'DNS228',
  slug: 'dns/search-list-not-tried',
  title: "a resolver does not try the search list for a Service's name",
  fine: 'names of Services that pods of musl or Windows are told to call need no search list that is left untried',
  severity: 'warning',
  needs: ['pods', 'services', 'clusterDns'],
  wants: ['namespaces', 'nodes', 'insideViews'],
  remedies: [],
  decides: [],

  run({ pods, services, clusterDns, namespaces, nodes, insideViews, scope }) {
    const { domain } = clusterDns
    const around = {
      services,
      namespaces: namespaces.known ? namespaces.value.map((it) => it.name) : null,
      domain,
      scope,
    }
    const told = toldCalls(pods).flatMap((it): readonly Told[] => {
      const views = viewsOf(it, insideViews)
      const resolver = resolverOf(it, nodes, views)
      const called = resolver === null ? null : calledBy(it.pod, it.call, around)
      if (resolver === null || called === null || !('service' in called)) return []
      return [{ ...it, resolver, service: called.service, isFound: views.some((one) => wasFound(one, it.call.host)) }]
    })
    if (told.length === 0) return notApplicable('no pod of musl or Windows is told to call a Service by name')
    const lost = told.filter((it) => !it.isFound && isLeftUntried(it, domain))
    if (lost.length === 0) return ok(told.length, spelledOut)
    return [...Map.groupBy(lost, (it) => subjectKey(workloadOfPod(it.pod))).values()].flatMap((its) => {
      const [first] = its
      const isAsked = its.some((it) => isTargetPod(scope, it.pod))
      return first === undefined ? [] : [verdict(first, { its, domain, isAsked })]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} is told to call ${args.host}, and ` +
      (args.libc === 'windows'
        ? 'Windows adds no suffix to a name that has a dot: it is no name of a Service.'
        : `musl does not try the search list for a name with ${count(args.dots, 'dot')} where ndots is ${args.ndots}.`),
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container} · ` +
      `${args.isSeen ? 'libc seen in the container' : `by ${args.sign}`} · ${count(args.names, 'name')} so`,
    note: ({ args }) =>
      args.libc === 'windows'
        ? `a Windows pod finds ${args.full}, and ${args.name} within its own namespace`
        : 'glibc goes on to the search list when the name itself is not found: images of Debian find it; a program ' +
          'with a resolver of its own, as of Go, may as well',
    help: ({ subject: on, args }) => [
      args.libc === 'windows' ? `call ${args.full}` : `call ${args.full}, or leave ndots at 5`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
      `hopscope resolve ${args.host} -n ${on.namespace} --from pod/${args.pod}`,
    ],
  },
})

interface Resolver {
  readonly libc: 'musl' | 'windows'
  /** From this many dots on the search list is not tried. */
  readonly ndots: number
  /** What says that it is that one. */
  readonly sign: string
  readonly isSeen: boolean
}

interface Told extends ToldCall {
  readonly resolver: Resolver
  readonly service: Service
  readonly isFound: boolean
}

function viewsOf({ pod, container }: ToldCall, views: Known<readonly InsideView[]>): readonly InsideView[] {
  if (!views.known) return []
  return views.value.filter((it) => it.namespace === pod.namespace && it.pod === pod.name && it.container === container)
}

/** null: one that tries the list, or that is not known. */
function resolverOf(
  { pod, container }: ToldCall,
  nodes: Known<readonly Node[]>,
  views: readonly InsideView[],
): Resolver | null {
  if (pod.resolvConfMount !== undefined || (!isClusterFirst(pod) && pod.dnsPolicy !== 'None')) return null
  const node = nodes.known ? nodes.value.find((it) => it.name === pod.node) : undefined
  if (node?.labels['kubernetes.io/os'] === 'windows')
    return { libc: 'windows', ndots: 1, sign: `node ${node.name}`, isSeen: false }
  const ndots = ndotsOf(pod)
  if (ndots === null) return null
  const [libc] = views.flatMap((it) => it.libc ?? [])
  if (libc !== undefined)
    return libc === 'musl' ? { libc, ndots, sign: 'what was seen in the container', isSeen: true } : null
  const image = pod.containers.find((it) => it.name === container)?.image ?? ''
  return isAlpine(image) ? { libc: 'musl', ndots, sign: `image ${image}`, isSeen: false } : null
}

/** The kubelet writes 5 for ClusterFirst; without the option it is 1 (resolv.conf(5)). */
function ndotsOf({ dnsPolicy, dnsConfig }: Pod): number | null {
  const said = dnsConfig?.options.find((it) => it.name === 'ndots')?.value
  if (said === undefined || said === null) return dnsPolicy === 'None' ? 1 : 5
  return /^\d{1,2}$/.test(said) ? Number(said) : null
}

/** `node:22-alpine3.20`, `alpine:3`, `registry/library/alpine@sha256:…`. */
function isAlpine(image: string): boolean {
  const [path = ''] = image.split('@')
  return /(?:^|[/:_.-])alpine[\d.]{0,8}(?:$|[:_-])/.test(path)
}

/** As it stands the name is none of the cluster's, and nothing is added to it. */
function isLeftUntried({ call, resolver }: Told, domain: string): boolean {
  const host = bareName(call.host)
  return dotsIn(host) >= resolver.ndots && !isWithin(host, domain)
}

function dotsIn(host: string): number {
  return host.split('.').length - 1
}

function wasFound(view: InsideView, host: string): boolean {
  const names = view.resolving?.names ?? []
  return names.some((it) => bareName(it.typed) === bareName(host) && !isFailed(it) && it.result !== 'not-asked')
}

interface Others {
  readonly its: readonly Told[]
  readonly domain: string
  readonly isAsked: boolean
}

function verdict({ pod, container, call, resolver, service }: Told, { its, domain, isAsked }: Others) {
  const on = workloadOfPod(pod)
  return finding({
    subject: on,
    also: [subject('Service', service.namespace, service.name)],
    confidence: resolver.isSeen ? 'inferred' : 'possible',
    severity: isAsked && resolver.isSeen ? 'error' : 'warning',
    args: {
      libc: resolver.libc,
      ndots: resolver.ndots,
      sign: resolver.sign,
      isSeen: resolver.isSeen,
      host: call.host,
      dots: dotsIn(bareName(call.host)),
      by: call.by,
      container,
      pod: pod.name,
      name: service.name,
      full: `${service.name}.${service.namespace}.svc.${bareName(domain)}`,
      names: new Set(its.map((it) => it.call.host)).size,
    },
    evidence: [
      { kind: 'fact', label: `${call.by ?? 'command'} of container ${container}`, value: call.host },
      ...(resolver.libc === 'windows' ? [] : [ndotsEvidence(pod, resolver.ndots)]),
      { kind: 'fact', label: 'known by', value: resolver.sign },
    ],
    causes: [toldWrongly(on)],
  })
}

function ndotsEvidence({ dnsConfig, dnsPolicy }: Pod, ndots: number) {
  const isSaid = dnsConfig?.options.some((it) => it.name === 'ndots') === true
  const value = isSaid ? `${ndots}, by dnsConfig.options` : `${ndots}, by dnsPolicy ${dnsPolicy} without the option`
  return { kind: 'fact', label: 'ndots', value } as const
}
