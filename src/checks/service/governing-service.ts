import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { count, full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { hasPairs } from '../../relations/selector.ts'
import { selectorOf } from '../../relations/service/service-selects-pod.ts'

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
  remedies: [],
  decides: ['SVC-18'],

  run({ services, workloads, scope }) {
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
    const siblings = Map.groupBy(services, (it) => it.namespace)
    const found = naming.flatMap(({ set, name }) => {
      const service = byName.get(full({ namespace: set.namespace, name })) ?? null
      const is = whatIs(service, set)
      return is === null ? [] : [verdict({ set, name, service, is, others: siblings.get(set.namespace) ?? [], scope })]
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
      `${args.is === 'not-headless' ? '' : ' is answered NXDOMAIN'} · headless Services here: ${args.headless}`,
    note: ({ args }) =>
      args.is === 'not-headless'
        ? 'the DNS specification gives pods names below headless Services alone'
        : 'the API server takes any name there; only who looks a pod up by its name notices',
    help: ({ subject: on, args }) => [
      ...(args.is === 'selects-others'
        ? [`compare the selector of Service \`${args.service}\` with the labels of the pod template`]
        : renamed(args)),
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
} as const

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

function whatIs(service: Service | null, set: Workload): keyof typeof says | null {
  if (service === null) return 'missing'
  if (service.type === 'ExternalName') return 'external'
  if (leavesOut(service, set)) return 'selects-others'
  return service.clusterIP === 'None' ? null : 'not-headless'
}

interface Named {
  readonly set: Workload
  readonly name: string
  readonly service: Service | null
  readonly is: keyof typeof says
  readonly others: readonly Service[]
  readonly scope: Scope
}

function verdict({ set, name, service, is, others, scope }: Named) {
  const on = subject(set.kind, set.namespace, set.name)
  const headless = others.filter((it) => it.clusterIP === 'None').map((it) => it.name)
  // Who asks about this very StatefulSet misses something of it.
  const missed = isTarget(scope, on) ? 'error' : 'warning'
  const near = closest(name, headless, 1)[0] ?? 'none'
  return finding({
    subject: on,
    also: [subject('Service', set.namespace, name)],
    confidence: 'inferred',
    severity: is === 'not-headless' ? 'info' : missed,
    args: { service: name, is, near, headless: some(headless) || 'none' },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.serviceName',
        lines: [`serviceName: ${name}`],
        at: 0,
        mark: name,
        label:
          near === 'none' || is === 'selects-others'
            ? labelOf(service, is)
            : `${labelOf(service, is)}; \`${near}\` is there, and headless`,
      },
    ],
  })
}

function labelOf(service: Service | null, is: keyof typeof says): string {
  if (service === null) return 'no such Service'
  if (is === 'external') return `is an alias of ${service.externalName ?? 'another name'}`
  if (is === 'not-headless') return `has clusterIP ${service.clusterIP ?? 'none'}`
  const pairs = Object.entries(service.selector ?? {}).map(([key, value]) => `${key}=${value}`)
  return `selects ${some(pairs)}, and the pods have other labels`
}
