import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AuthorizationPolicy, Mesh, MeshGateway } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { allowing, keepOut, type MeshCaller } from '../../relations/mesh/authorization.ts'
import { mayBeElsewhere } from '../../relations/mesh/mesh-kinds.ts'
import { goesByProxy, isInMesh } from '../../relations/mesh/mtls.ts'
import { servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { hasPairs } from '../../relations/selector.ts'
import { calledBy, toldCalls } from '../../relations/service/called-services.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { authorizationEvidence } from './mesh-words.ts'

/**
 * Once a pod has an ALLOW policy, what none of them allows is denied: who wrote one for the callers of a namespace has
 * shut out the gateway, which stands in its own, and whose account was renamed is nobody any more (istio,
 * "Authorization Policy", implicit enablement).
 */
export default check({
  code: 'MSH807',
  slug: 'mesh/refuses-caller',
  title: 'AuthorizationPolicies keep out who is to call',
  fine: 'AuthorizationPolicies let in the gateways and pods that were seen to call',
  severity: 'error',
  needs: ['mesh', 'services', 'pods'],
  remedies: [],
  decides: [],

  run({ mesh, services, pods, scope }) {
    if (!mesh.authorizationPolicies.some((it) => it.action === 'ALLOW' && it.attached !== true))
      return notApplicable('no AuthorizationPolicy here allows callers one by one')
    if (mayBeElsewhere(mesh, 'AuthorizationPolicy'))
      return cannotTell('cut-off', 'AuthorizationPolicies were not all read: another one may let callers in')
    const podsOf = podsOfServices(pods)
    const seen = [...callsOfGateways(mesh, services, pods), ...callsOfPods(pods, services, scope.namespace)]
    const judged = seen.flatMap(({ service, by, ...caller }) => {
      // What a waypoint changes of the caller is not told from the pods: the ambient mode is left out.
      const behind = podsOf(service).filter((it) => isLive(it) && goesByProxy(it))
      // A program may be told its own address, which it gives to others.
      const isOwn = behind.some((it) => subjectKey(workloadOfPod(it)) === subjectKey(by))
      if (behind.length === 0 || isOwn || caller.callers.length === 0) return []
      const shut = behind.every((pod) => {
        const policies = allowing(mesh, pod)
        return caller.callers.every((one) => keepOut(policies, one))
      })
      const [first] = behind
      return [
        { service, by, callers: caller.callers, shut, policies: first === undefined ? [] : allowing(mesh, first) },
      ]
    })
    const guarded = judged.filter((it) => it.policies.length > 0)
    const found = guarded.filter((it) => it.shut).flatMap(verdict)
    if (found.length > 0) return found
    return guarded.length > 0
      ? ok(guarded.length)
      : notApplicable('nobody was seen to call a Service that has such a policy')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `AuthorizationPolicy ${full(on)} does not let ${args.caller} in to Service ${args.service}, ` +
      `which ${args.by} is to call.`,
    detail: ({ args }) =>
      `lets in: ${args.lets}` + (args.others.length === 0 ? '' : ` · nor do ${some(args.others)} let it in`),
    note: ({ args }) =>
      args.outside
        ? 'the caller has no proxy of the mesh, and so no identity that a rule could name'
        : 'HTTP requests get 403 "RBAC: access denied", other connections are closed',
    help: ({ subject: on, args }) => [
      args.outside
        ? 'bring the caller into the mesh, or let it in by its addresses'
        : `add a source for ${args.caller} to a rule, or a policy of its own for it`,
      `kubectl -n ${on.namespace} edit authorizationpolicies.security.istio.io ${on.name}   # spec.rules`,
      'kubectl get authorizationpolicies.security.istio.io -A',
    ],
  },
})

interface Seen {
  readonly service: Service
  /** Who has it called: a VirtualService, a workload. */
  readonly by: Subject
  /** Any one of these, where it is not known which. */
  readonly callers: readonly MeshCaller[]
}

/** A VirtualService brings what comes to its gateways' pods. */
function callsOfGateways(mesh: Mesh, services: readonly Service[], pods: readonly Pod[]): readonly Seen[] {
  const find = servicesByName(services)
  // Many routes have one gateway, whose pods are looked for once.
  const callersAt = new Map(mesh.gateways.map((it) => [full(it), callersOf(it, pods)]))
  return mesh.virtualServices.flatMap((route) => {
    const callers = route.gateways.flatMap(
      (name) => callersAt.get(name.includes('/') ? name : `${route.namespace}/${name}`) ?? [],
    )
    return [...new Set(route.destinations.map((it) => it.host))].flatMap((host): readonly Seen[] => {
      const [name = '', namespace = route.namespace, kind = 'svc'] = host.split('.')
      const service = find(namespace, name)
      if (service === null || kind !== 'svc') return []
      return [{ service, by: subject('VirtualService', route.namespace, route.name), callers }]
    })
  })
}

/** By the accounts of its pods, where these were read; else by their namespaces. */
function callersOf(gateway: MeshGateway, pods: readonly Pod[]): readonly MeshCaller[] {
  const own = pods.filter(
    (it) => gateway.homes?.includes(it.namespace) === true && hasPairs(gateway.selector, it.labels),
  )
  if (own.length > 0)
    return own.map((it) => ({ namespace: it.namespace, serviceAccount: it.serviceAccount ?? null, is: 'in-mesh' }))
  return (gateway.homes ?? []).map((namespace) => ({ namespace, serviceAccount: null, is: 'in-mesh' }))
}

function callsOfPods(pods: readonly Pod[], services: readonly Service[], namespace: string | null): readonly Seen[] {
  return toldCalls(pods.filter(isLive)).flatMap(({ pod, call }): readonly Seen[] => {
    const called = calledBy(pod, call, { services, namespaces: null, domain: null, scope: { namespace } })
    if (called.is !== 'there') return []
    return [
      {
        service: called.service,
        by: workloadOfPod(pod),
        callers: [
          {
            namespace: pod.namespace,
            serviceAccount: pod.serviceAccount ?? null,
            is: isInMesh(pod) ? 'in-mesh' : 'outside',
          },
        ],
      },
    ]
  })
}

interface Judged extends Seen {
  readonly policies: readonly AuthorizationPolicy[]
}

function verdict({ service, by, callers, policies }: Judged) {
  const [policy, ...others] = policies
  const [caller] = callers
  if (policy === undefined || caller === undefined) return []
  const on = subject('AuthorizationPolicy', policy.namespace, policy.name)
  const sources = (policy.from ?? [])
    .flat()
    .flatMap((it) => [
      ...it.namespaces.map((one) => `namespace ${one}`),
      ...it.principals.map((one) => `principal ${one}`),
      ...(it.serviceAccounts ?? []).map((one) => `service account ${one}`),
    ])
  return [
    finding({
      subject: on,
      also: [subject('Service', service.namespace, service.name), by],
      confidence: 'inferred',
      args: {
        caller: callerText(caller),
        by: `${by.kind} ${full(by)}`,
        service: full(service),
        lets: sources.length === 0 ? 'nobody' : some(sources, 3),
        others: others.map((it) => `AuthorizationPolicy ${full(it)}`),
        outside: caller.is === 'outside',
        key: subjectKey(by),
      },
      evidence: [authorizationEvidence(on, policy, 'what no rule allows is denied')],
    }),
  ]
}

function callerText({ namespace, serviceAccount, is }: MeshCaller): string {
  if (is === 'outside') return `a caller without identity, of namespace ${namespace},`
  return serviceAccount === null ? `namespace ${namespace}` : `${namespace}/${serviceAccount} (a service account)`
}
