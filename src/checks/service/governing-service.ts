import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { count, full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { hasPairs } from '../../relations/selector.ts'
import { type ToldCall, toldCalls } from '../../relations/service/called-services.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { selectorOf } from '../../relations/service/service-selects-pod.ts'
import { podsUnnamed } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * The pods of a StatefulSet have names of their own (`db-0.db`) under the Service that it names: the API server takes
 * any name. The DNS specification asks for such names below headless Services alone; CoreDNS answers for the endpoints
 * of any Service but an ExternalName (plugin/kubernetes/kubernetes.go, findServices).
 */
export default check({
  code: 'SVC211',
  slug: 'service/governing-service',
  title: "a StatefulSet's Service does not name its pods",
  fine: 'every StatefulSet names a headless Service that selects its pods',
  severity: 'warning',
  needs: ['services', 'workloads'],
  wants: ['endpointSlices', 'pods'],
  remedies: [],
  decides: ['SVC-18'],

  run({ services, workloads, endpointSlices, pods, scope }) {
    const sets = workloads.filter((it) => it.kind === 'StatefulSet' && it.desired > 0)
    const told = sets.filter((it) => it.serviceName !== undefined)
    if (sets.length > told.length)
      return cannotTell(
        'not-asked',
        `this recording does not tell which Service ${count(sets.length - told.length, 'StatefulSet')} named`,
      )
    const naming = told.flatMap((set) => (set.serviceName == null ? [] : [{ set, name: set.serviceName }]))
    if (naming.length === 0) return notApplicable('no StatefulSet here names a Service')
    const byName = new Map(services.map((it) => [full(it), it]))
    const slicesOf = endpointSlices.known ? slicesOfServices(endpointSlices.value) : null
    const siblings = Map.groupBy(services, (it) => it.namespace)
    const calls = pods.known ? toldCalls(pods.value) : []
    const found = naming.flatMap(({ set, name }) => {
      const service = byName.get(full({ namespace: set.namespace, name })) ?? null
      const isBare = service !== null && slicesOf !== null && slicesOf(service).every((it) => it.endpoints.length === 0)
      const is = whatIs(service, set, isBare)
      if (is === null) return []
      const callers = calls.filter((it) => callsPodOf(it, set)).map((it) => workloadOfPod(it.pod))
      return [verdict({ set, name, service, is, others: siblings.get(set.namespace) ?? [], callers, scope })]
    })
    return found.length > 0 ? found : ok(naming.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `StatefulSet ${full(on)} names Service \`${args.service}\`, ${says[args.is]}: ` +
      (args.is === 'not-headless'
        ? 'CoreDNS gives its pods names, and no other DNS server has to.'
        : 'its pods have no DNS names.'),
    detail: ({ subject: on, args }) =>
      `${on.name}-0.${args.service}.${on.namespace}` +
      `${args.is === 'not-headless' ? '' : ' has no record, by the objects'} · ` +
      `headless Services here: ${args.headless}` +
      (args.callers.length === 0 ? '' : ` · ${some(args.callers)} is told to call such a name`),
    note: ({ args }) =>
      args.is === 'not-headless'
        ? 'the DNS specification gives pods names below headless Services alone'
        : 'the API server takes any name there; only who looks a pod up by its name notices',
    help: ({ subject: on, args }) => [
      ...cureOf(args),
      `kubectl -n ${on.namespace} get statefulset ${on.name} ` +
        "-o jsonpath='{.spec.serviceName} {.spec.template.metadata.labels}'",
      `kubectl -n ${on.namespace} get services -o wide`,
    ],
  },
})

const says = {
  missing: 'which is not there',
  external: 'which is an ExternalName',
  'not-headless': 'which is not headless',
  'selects-others': 'whose selector leaves them out',
  'selects-nobody': 'which has no selector, and for which nobody wrote endpoints down',
} as const

function cureOf(args: { readonly is: string; readonly service: string; readonly near: string }): readonly string[] {
  if (args.is === 'selects-others')
    return [`compare the selector of Service \`${args.service}\` with the labels of the pod template`]
  if (args.is === 'selects-nobody') return [`give Service \`${args.service}\` the pods' labels as its selector`]
  return renamed(args)
}

function renamed({ service, near }: { readonly service: string; readonly near: string }): readonly string[] {
  return [
    near === 'none'
      ? `make a headless Service \`${service}\` (clusterIP: None) with the pods' labels as its selector`
      : `\`${near}\` is there and headless: if it was meant, name it in spec.serviceName`,
    'serviceName cannot be changed: kubectl delete statefulset --cascade=orphan, and create it again, keeps the pods',
  ]
}

/** A selector that does not choose the pods: CoreDNS makes names of a Service's endpoints. */
function leavesOut(service: Service, { templateLabels }: Workload): boolean {
  const pairs = selectorOf(service)
  return pairs !== null && !hasPairs(pairs, templateLabels)
}

function whatIs(service: Service | null, set: Workload, isBare: boolean): keyof typeof says | null {
  if (service === null) return 'missing'
  if (service.type === 'ExternalName') return 'external'
  if (leavesOut(service, set)) return 'selects-others'
  if (isBare && selectorOf(service) === null) return 'selects-nobody'
  return service.clusterIP === 'None' ? null : 'not-headless'
}

interface Named {
  readonly set: Workload
  readonly name: string
  readonly service: Service | null
  readonly is: keyof typeof says
  readonly others: readonly Service[]
  /** Workloads whose spec tells them to call one of its pods by name. */
  readonly callers: readonly Subject[]
  readonly scope: Scope
}

/** `db-0.db`, `db-0.database.shop.svc`: a pod of the set by its own name, below whatever Service. */
function callsPodOf({ pod, call }: ToldCall, { namespace, name }: Workload): boolean {
  const [hostname = '', below, home = pod.namespace] = call.host.split('.')
  return below !== undefined && home === namespace && hostname.replace(/-\d{1,5}$/, '') === name && hostname !== name
}

function verdict({ set, name, service, is, others, callers, scope }: Named) {
  const on = subject(set.kind, set.namespace, set.name)
  const bare = others.filter((it) => it.clusterIP === 'None')
  const headless = bare.map((it) => it.name)
  // Who asks about this very StatefulSet misses something of it.
  const isMissed = isTarget(scope, on) || (is === 'selects-nobody' && set.desired > 1)
  const missed = isMissed ? 'error' : 'warning'
  // Operators and Argo CD ship one pod so, which nobody looks up by its name.
  const isNobodys = is === 'missing' && set.desired === 1 && !isMissed && callers.length === 0
  // By its name, else by its selector: the one that gives the pods names if the StatefulSet names it.
  const selecting = bare.filter((it) => selectorOf(it) !== null && !leavesOut(it, set)).map((it) => it.name)
  const near = closest(name, headless, 1)[0] ?? (selecting.length === 1 ? selecting[0] : undefined) ?? 'none'
  return finding({
    subject: on,
    also: [subject('Service', set.namespace, name)],
    confidence: 'inferred',
    severity: is === 'not-headless' || isNobodys ? 'info' : missed,
    args: {
      service: name,
      is,
      near,
      headless: some(headless) || 'none',
      callers: [...new Set(callers.map((it) => `${it.kind} ${full(it)}`))],
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.serviceName',
        lines: [`serviceName: ${name}`],
        at: 0,
        mark: name,
        label:
          near === 'none' || is === 'selects-others' || is === 'selects-nobody'
            ? labelOf(service, is)
            : `${labelOf(service, is)}; \`${near}\` is there, and headless`,
      },
    ],
    causes: is === 'not-headless' ? [] : [podsUnnamed(set)],
  })
}

function labelOf(service: Service | null, is: keyof typeof says): string {
  if (service === null) return 'no such Service'
  if (is === 'external') return `is an alias of ${service.externalName ?? 'another name'}`
  if (is === 'not-headless') return `has clusterIP ${service.clusterIP ?? 'none'}`
  if (is === 'selects-nobody') return 'no selector, and no endpoint in its slices'
  const pairs = Object.entries(service.selector ?? {}).map(([key, value]) => `${key}=${value}`)
  return `selects ${some(pairs)}, and the pods have other labels`
}
