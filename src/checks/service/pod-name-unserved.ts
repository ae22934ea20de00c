import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { hasPairs } from '../../relations/selector.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { isLive, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * A pod with `hostname` and `subdomain` takes itself for HOSTNAME.SUBDOMAIN.NAMESPACE.svc, and the API server takes any
 * subdomain. The name is an endpoint's: the controller writes it into the slices of the Service that is called like the
 * subdomain (k8s.io/endpointslice util/controller_utils.go, ShouldSetHostname), and into no other's. For the pods of a
 * StatefulSet SVC211 says so of all of them at once.
 */
export default check({
  code: 'SVC239',
  slug: 'service/pod-name-unserved',
  title: "a pod's hostname and subdomain make no DNS name",
  fine: 'each pod with a hostname and a subdomain is named by a Service',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['endpointSlices'],
  remedies: [],
  decides: ['SVC-18'],

  run({ pods, services, endpointSlices, scope }) {
    const named = pods.filter(isLive).flatMap((it) => ownName(it))
    if (named.length === 0) return notApplicable('no pod here has a hostname and a subdomain of its own')
    const byName = new Map(services.map((it) => [full(it), it]))
    const siblings = Map.groupBy(services, (it) => it.namespace)
    const slicesOf = endpointSlices.known ? slicesOfServices(endpointSlices.value) : () => null
    const judged = named.map((it): Judged => {
      const service = byName.get(full({ namespace: it.pod.namespace, name: it.subdomain })) ?? null
      const others = siblings.get(it.pod.namespace) ?? []
      return { ...it, service, others, is: served(it, service, service === null ? [] : slicesOf(service)) }
    })
    const bad = judged.filter((it): it is Unserved => it.is !== 'served' && it.is !== 'unread')
    const groups = [...Map.groupBy(bad, (it) => `${it.pod.namespace}/${it.subdomain} ${it.is}`).values()]
    const found = groups.flatMap((its) => verdict(its, scope) ?? [])
    const unread = judged.filter((it) => it.is === 'unread')
    if (unread.length === 0) return found.length > 0 ? found : ok(named.length, noteOf(judged))
    return [
      ...found,
      cannotTell(
        endpointSlices.known ? 'failed' : endpointSlices.why.reason,
        `whether ${some(unread.map(({ hostname, subdomain }) => `${hostname}.${subdomain}`))} is served ` +
          'stands in EndpointSlices that were not read',
      ),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} calls itself \`${args.name}\`, and no DNS server knows that name: ` +
      `Service \`${args.subdomain}\` ${says[args.is]}.`,
    detail: ({ subject: on, args }) =>
      `${args.name}.${on.namespace}.svc is answered NXDOMAIN · ${count(args.pods, 'pod')} · ` +
      `headless Services here: ${args.headless}`,
    note: () => 'the API server takes any subdomain; only who looks the pod up by that name notices',
    help: ({ subject: on, args }) => [
      helpOf(args),
      `kubectl -n ${on.namespace} get pods -o custom-columns=NAME:.metadata.name,HOSTNAME:.spec.hostname,` +
        'SUBDOMAIN:.spec.subdomain',
      `kubectl -n ${on.namespace} get services -o wide`,
    ],
  },
})

type Is = 'missing' | 'external' | 'selects-others' | 'no-hostname'

const says: Readonly<Record<Is, string>> = {
  missing: 'is not there',
  external: 'is an ExternalName',
  'selects-others': 'does not select it',
  'no-hostname': 'has its endpoint without that hostname',
}

interface HelpArgs {
  readonly is: Is
  readonly subdomain: string
  readonly hostname: string
  readonly near: string | null
}

function helpOf({ is, subdomain, hostname, near }: HelpArgs): string {
  if (is === 'selects-others') return `compare the selector of Service \`${subdomain}\` with the labels of the pods`
  if (is === 'no-hostname')
    return `write hostname: ${hostname} into the endpoint, or give the Service a selector and let the cluster write it`
  return near === null
    ? `make a headless Service \`${subdomain}\` (clusterIP: None) with the pods' labels as its selector`
    : `\`${near}\` is there and headless: if it was meant, name it in spec.subdomain and create the pods again`
}

function noteOf(judged: readonly Judged[]): string | null {
  const addressed = judged.filter(({ service }) => service !== null && service.clusterIP !== 'None').length
  return addressed === 0 ? null : `${addressed} of them by a Service that is not headless, as CoreDNS does`
}

interface Named {
  readonly pod: Pod
  readonly hostname: string
  readonly subdomain: string
}

interface Judged extends Named {
  readonly service: Service | null
  readonly others: readonly Service[]
  readonly is: Is | 'served' | 'unread'
}

type Unserved = Judged & { readonly is: Is }

function ownName(pod: Pod): readonly Named[] {
  const { hostname, subdomain } = pod
  if (hostname === undefined || subdomain === undefined || pod.owner?.kind === 'StatefulSet') return []
  return [{ pod, hostname, subdomain }]
}

/**
 * By what CoreDNS does: it looks for an endpoint of that hostname in any Service but an ExternalName, headless or not
 * (plugin/kubernetes/kubernetes.go, findServices: `svc.Headless() || r.endpoint != ""`).
 */
function served(
  { pod, hostname }: Named,
  service: Service | null,
  slices: readonly EndpointSlice[] | null,
): Is | 'served' | 'unread' {
  if (service === null) return 'missing'
  if (service.type === 'ExternalName') return 'external'
  const pairs = selectorOf(service)
  if (pairs !== null && !hasPairs(pairs, pod.labels)) return 'selects-others'
  const endpoints = slices?.flatMap((it) => it.endpoints) ?? null
  // Somebody else keeps the endpoints of a Service without a selector, by pod or by address.
  if (pairs === null) {
    if (endpoints === null) return 'unread'
    if (!endpoints.some((it) => it.hostname === hostname)) return 'no-hostname'
  }
  const own = endpoints?.filter((it) => it.pod === pod.name) ?? []
  if (own.length > 0 && !own.some((it) => it.hostname === hostname)) return 'no-hostname'
  return 'served'
}

function verdict(its: readonly Unserved[], scope: Scope) {
  const [first] = its
  if (first === undefined) return null
  const { subdomain, hostname, is, service } = first
  const subjects = [...new Map(its.map((it) => [subjectKey(workloadOfPod(it.pod)), workloadOfPod(it.pod)])).values()]
  const [on = workloadOfPod(first.pod), ...more] = subjects
  const headless = first.others.filter((it) => it.clusterIP === 'None').map((it) => it.name)
  const near = is === 'missing' ? (closest(subdomain, headless, 1)[0] ?? null) : null
  return finding({
    subject: on,
    also: [...more, subject('Service', first.pod.namespace, subdomain)],
    confidence: 'inferred',
    // Who asks about this very pod misses something of it.
    severity: its.some((it) => isTargetPod(scope, it.pod)) ? 'error' : 'warning',
    args: {
      name: `${hostname}.${subdomain}`,
      hostname,
      subdomain,
      is,
      near,
      pods: its.length,
      headless: some(headless) || 'none',
    },
    evidence: [evidence(on, first, service, near)],
  })
}

function evidence(on: Subject, { hostname, subdomain, is }: Unserved, service: Service | null, near: string | null) {
  const labels = {
    missing: near === null ? 'no such Service' : `no such Service; \`${near}\` is there, and headless`,
    external: `is an alias of ${service?.externalName ?? 'another name'}`,
    'selects-others': `selects ${some(pairsOf(service))}, and the pod has other labels`,
    'no-hostname': 'its endpoint has no hostname, or another one',
  } satisfies Readonly<Record<Is, string>>
  return {
    kind: 'config' as const,
    object: on,
    path: on.kind === 'Pod' ? 'spec' : 'spec.template.spec',
    lines: [`hostname: ${hostname}`, `subdomain: ${subdomain}`],
    at: 1,
    mark: subdomain,
    label: labels[is],
  }
}

function pairsOf(service: Service | null): readonly string[] {
  return Object.entries(service?.selector ?? {}).map(([key, value]) => `${key}=${value}`)
}
