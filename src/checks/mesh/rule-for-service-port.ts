import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AuthorizationPolicy } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { isInMesh, rootNamespace } from '../../relations/mesh/mtls.ts'
import { hasPairs } from '../../relations/selector.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { authorizationEvidence } from './mesh-words.ts'

/**
 * The proxy of a pod knows the port at which a connection comes to it, the target port, and nothing of that of the
 * Service (istio/api#3075): a rule for the Service's port takes no request.
 */
export default check({
  code: 'MSH822',
  slug: 'mesh/rule-for-service-port',
  title: 'an AuthorizationPolicy names the port of a Service, not of its pods',
  fine: 'ports in AuthorizationPolicies are those of the pods',
  severity: 'error',
  needs: ['mesh', 'services', 'pods'],
  remedies: [],
  decides: ['MESH-03'],

  run({ mesh, services, pods }) {
    const limited = mesh.authorizationPolicies.filter(
      (it) => it.ports !== undefined && it.attached !== true && (it.action === 'ALLOW' || it.action === 'DENY'),
    )
    if (limited.length === 0) return noneHere(mesh, ['AuthorizationPolicy'], 'no AuthorizationPolicy here names ports')
    const podsOf = podsOfServices(pods)
    const judged = limited.flatMap((policy): readonly Judged[] => {
      const its = pods.filter((it) => isLive(it) && isInMesh(it) && isFor(policy, it))
      return its.length === 0 ? [] : [{ policy, its, wrong: wrongIn(policy, its, { services, podsOf }) }]
    })
    if (judged.length === 0) return notApplicable('AuthorizationPolicies with ports are for no pod of the mesh here')
    const found = judged.flatMap((it) => (it.wrong.length === 0 ? [] : [verdict(it, mesh.authorizationPolicies)]))
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `AuthorizationPolicy ${full(on)} ${args.action === 'ALLOW' ? 'allows' : 'denies'} port ${some(args.ports, 2)}, ` +
      `the port of Service ${some(args.services, 2)}, whose pods listen on ${some(args.targets, 2)}` +
      (args.alone ? ': it lets nobody in there.' : ': that rule takes no request.'),
    detail: ({ args }) => `${args.wrong} of ${args.rules} rules`,
    note: ({ args }) =>
      args.alone ? 'requests get 403 "RBAC: access denied", other connections are closed' : 'other rules may take them',
    help: ({ subject: on, args }) => [
      `name the target port: ${some(args.targets, 2)}`,
      `kubectl -n ${on.namespace} edit authorizationpolicies.security.istio.io ${on.name}`,
    ],
  },
})

interface Judged {
  readonly policy: AuthorizationPolicy
  readonly its: readonly Pod[]
  readonly wrong: readonly Wrong[]
}

interface Wrong {
  readonly rule: number
  readonly port: number
  readonly service: Service
  readonly target: number
}

function isFor({ namespace, selector }: AuthorizationPolicy, pod: Pod): boolean {
  const isHere = namespace === pod.namespace || namespace === rootNamespace
  return isHere && (selector === null || hasPairs(selector, pod.labels))
}

interface Seen {
  readonly services: readonly Service[]
  readonly podsOf: (service: Service) => readonly Pod[]
}

/** Rules none of whose ports any of the pods has, and one of which is that of a Service before them. */
function wrongIn(
  { ports = [] }: AuthorizationPolicy,
  its: readonly Pod[],
  { services, podsOf }: Seen,
): readonly Wrong[] {
  const own = new Set(its)
  const before = services.flatMap((service) =>
    podsOf(service)
      .filter((it) => own.has(it))
      .flatMap((pod) =>
        service.ports.flatMap((port) => {
          const target = targetPortIn(pod, port)
          return target === null ? [] : [{ service, port: port.port, target }]
        }),
      ),
  )
  const open = new Set([
    ...before.map((it) => it.target),
    ...its.flatMap(({ containers }) => containers.flatMap((it) => it.ports.map(({ port }) => port))),
  ])
  return ports.flatMap((rule, at): readonly Wrong[] => {
    const led = before.find((it) => rule.includes(it.port))
    if (led === undefined || rule.some((it) => open.has(it))) return []
    return [{ rule: at, port: led.port, service: led.service, target: led.target }]
  })
}

function verdict({ policy, its, wrong }: Judged, all: readonly AuthorizationPolicy[]) {
  const on = subject('AuthorizationPolicy', policy.namespace, policy.name)
  const others = all.filter((it) => it !== policy && it.action === 'ALLOW' && its.some((pod) => isFor(it, pod)))
  const alone = policy.action === 'ALLOW' && wrong.length === policy.rules && others.length === 0
  const services = [...new Set(wrong.map((it) => it.service))]
  return finding({
    subject: on,
    also: services.map((it) => subject('Service', it.namespace, it.name)),
    confidence: 'inferred',
    severity: alone ? 'error' : 'warning',
    args: {
      action: policy.action,
      ports: [...new Set(wrong.map((it) => `${it.port}`))],
      targets: [...new Set(wrong.map((it) => `${it.target}`))],
      services: services.map(full),
      wrong: wrong.length,
      rules: policy.rules,
      alone,
    },
    evidence: [
      authorizationEvidence(on, policy, `operation.ports: ${wrong[0]?.port}, and pods have ${wrong[0]?.target}`),
    ],
    causes: alone ? services.map(svcUnanswered) : [],
  })
}
