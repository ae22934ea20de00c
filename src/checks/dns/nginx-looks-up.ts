import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { MountedLookup, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isPrivate } from '../../relations/private-address.ts'
import { type Around, homeOf, takenAddresses } from '../../relations/service/gone-addresses.ts'
import { type Callable, calledBy, callableFrom } from '../../relations/service/called-services.ts'
import { isOver, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { noEndpoints, toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * With a variable in `proxy_pass` nginx looks the name up while it serves, by the `resolver` of its own configuration:
 * it needs one, asks for the name as it stands (core/ngx_resolver.c knows no search list), and reads neither
 * /etc/resolv.conf nor /etc/hosts. curl in the same container finds the name.
 */
export default check({
  code: 'DNS219',
  slug: 'dns/nginx-looks-up',
  title: 'an nginx looks up what its own resolver cannot find',
  fine: 'what web servers look up themselves is a whole name, and whom they ask is there',
  severity: 'error',
  needs: ['pods', 'services'],
  wants: ['clusterDns', 'namespaces', 'nodes', 'endpointSlices'],
  remedies: [],
  decides: [],

  run({ pods, services, clusterDns, namespaces, nodes, endpointSlices, scope }) {
    const looking = pods.filter((it) => !isOver(it) && it.containers.some((one) => one.lookups !== undefined))
    if (looking.length === 0)
      return notApplicable('no nginx here looks a name up itself by a file that is read with it')
    const callable = callableFrom({ services, namespaces, clusterDns, scope })
    const around = {
      pods,
      nodes: nodes.known ? nodes.value : [],
      services: { known: true as const, value: services },
      endpointSlices,
      clusterDns,
      isWhole: scope.namespace === null && nodes.known,
    }
    const isGone = goneAmong(around)
    const each = [...new Map(looking.map((it) => [subjectKey(workloadOfPod(it)), it])).values()]
    const judged = each.flatMap((pod) =>
      pod.containers.flatMap(({ name: container, lookups = [] }) =>
        lookups.flatMap((lookup) => {
          const wrong = wrongOf(pod, lookup, callable, isGone)
          return wrong === null ? [] : [{ pod, container, lookup, ...wrong }]
        }),
      ),
    )
    if (judged.length === 0) return notApplicable('of no name that an nginx looks up itself is known who has it')
    const behind = podsOfServices(pods)
    const dns = clusterDns.known ? (clusterDns.value.service?.clusterIP ?? null) : null
    const bad = judged.filter((it) => it.is !== 'fine')
    const alike = Map.groupBy(bad, (it) => `${subjectKey(workloadOfPod(it.pod))} ${it.is} ${it.lookup.key}`)
    const found = [...alike.values()].flatMap((its) => verdict(its, { services, behind, dns }))
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `nginx of ${on.kind} ${full(on)} looks ${some(args.hosts, 3)} up itself, ${saying(args)}.`,
    detail: ({ args }) =>
      `${args.by} with a variable, line ${args.line} of ${args.key} in ConfigMap ${args.map} · ` +
      `${args.servers === null ? 'no resolver' : `resolver ${some(args.servers, 3)}`} · container ${args.container}`,
    note: ({ args }) =>
      args.is === 'named'
        ? 'nginx looks its resolver up when it starts, and does not start: “host not found in resolver”'
        : 'each such request is answered 502; nginx reads no search list, no /etc/resolv.conf and no /etc/hosts for ' +
          'this, so that curl in the same container finds the name',
    help: ({ subject: on, args }) => [
      ...cure(args),
      `kubectl -n ${on.namespace} edit configmap ${args.map}`,
      `kubectl -n ${on.namespace} logs ${args.example} -c ${args.container} | grep -F resolve`,
    ],
  },
})

type Wrong =
  | { readonly is: 'fine' }
  /** There is no `resolver`. */
  | { readonly is: 'none' }
  /** A name of a Service that only a search list completes. */
  | { readonly is: 'short'; readonly service: Service; readonly whole: string }
  /** Whom it asks is nobody, or cannot know names of the cluster. */
  | { readonly is: 'gone' | 'outside' | 'named'; readonly server: string }

interface Bad {
  readonly pod: Pod
  readonly container: string
  readonly lookup: MountedLookup
}

/** null: who has the name, or who answers for it, is not known. */
function wrongOf(pod: Pod, lookup: MountedLookup, around: Callable, isGone: (ip: string) => boolean): Wrong | null {
  const { servers, by } = lookup
  const host = lookup.host.replace(/\.$/, '')
  if (servers === null) return { is: 'none' }
  // Beside it in the pod is somebody who may complete names.
  if (servers.length === 0 || servers.some((it) => /^(?:127\.|::1$|localhost$)/.test(it))) return null
  for (const server of servers) {
    if (isAddress(server) && isGone(server)) return { is: 'gone', server }
    const isName = /^[a-z][\w-]*\.[\w-]+\.svc\b[\w.-]*$/i.test(server)
    const to = isName ? calledBy(pod, { by, host: server.toLowerCase(), port: null }, around) : null
    if (to?.is === 'no-service' || to?.is === 'no-namespace') return { is: 'named', server }
  }
  const domain = around.domain ?? 'cluster.local'
  const isOurs = host.endsWith(`.svc.${domain}`)
  const out = servers.find((it) => isAddress(it) && !isPrivate(it))
  const called = calledBy(pod, { by, host, port: null }, around)
  if (called.is !== 'there') return null
  if (isOurs && out !== undefined && servers.every((it) => isAddress(it) && !isPrivate(it)))
    return { is: 'outside', server: out }
  if (isOurs) return { is: 'fine' }
  const { service } = called
  return around.answerer?.(host) === 'maybe'
    ? null
    : { is: 'short', service, whole: `${service.name}.${service.namespace}.svc.${domain}` }
}

function isAddress(it: string): boolean {
  return /^[\d.]+$/.test(it) || it.includes(':')
}

/** Of the range of Services or of pods, and nobody's. */
function goneAmong(around: Around): (ip: string) => boolean {
  const taken = takenAddresses(around)
  return (ip) => around.isWhole && !taken.has(ip) && homeOf(ip, around) !== null
}

interface Fronts {
  readonly services: readonly Service[]
  readonly behind: (it: Service) => readonly Pod[]
  /** The address of the cluster's DNS Service. */
  readonly dns: string | null
}

function verdict(its: readonly (Bad & Wrong)[], { services, behind, dns }: Fronts) {
  const [first] = its
  if (first === undefined || first.is === 'fine') return []
  const { pod, container, lookup, is } = first
  const { map, key, line, by, servers, isGuess } = lookup
  const on = workloadOfPod(pod)
  const fronts = services.filter((it) => it.namespace === pod.namespace && behind(it).some((one) => one === pod))
  return [
    finding({
      subject: on,
      also: [...fronts, ...('service' in first ? [first.service] : [])].map((it) =>
        subject('Service', it.namespace, it.name),
      ),
      severity: isGuess === true ? 'warning' : 'error',
      confidence: isGuess === true ? 'possible' : 'inferred',
      args: {
        is,
        hosts: [...new Set(its.map((it) => it.lookup.host))],
        more: its.length - 1,
        whole: 'whole' in first ? first.whole : null,
        server: 'server' in first ? first.server : null,
        servers,
        dns,
        by,
        map,
        key,
        line,
        container,
        example: pod.name,
      },
      evidence: its.slice(0, 3).map((it) => ({
        kind: 'fact' as const,
        label: `ConfigMap ${pod.namespace}/${it.lookup.map}, data[${it.lookup.key}], line ${it.lookup.line}`,
        value: `${it.lookup.by}: ${it.lookup.host}`,
      })),
      causes: [toldWrongly(on), ...(is === 'named' ? fronts.map(noEndpoints) : [])],
    }),
  ]
}

interface Said {
  readonly is: Wrong['is']
  readonly server: string | null
  readonly whole: string | null
  readonly hosts: readonly string[]
  readonly dns: string | null
}

function saying({ is, server, hosts }: Omit<Said, 'dns'>): string {
  if (is === 'none') return 'and its configuration names no `resolver`'
  if (is === 'gone') return `and its resolver ${server} is an address of the cluster that nobody has`
  if (is === 'outside') return `and its resolver ${server} is outside, where nobody knows names of the cluster`
  if (is === 'named') return `and its resolver ${server} is a name that no Service has`
  const which = hosts.length === 1 ? 'which is no whole name' : 'which are no whole names'
  return `${which}: its resolver uses no search list`
}

function cure({ is, whole, hosts, dns }: Said): readonly string[] {
  if (is === 'short') return [`write the whole name: ${hosts[0]} is ${whole}`]
  const its = `the address of the cluster's DNS Service${dns === null ? '' : `, ${dns}`}`
  return is === 'none'
    ? [`name a resolver, ${its}, and Services by whole names; or take the variable out: then it starts with the name`]
    : [`write ${its}, after \`resolver\``]
}
