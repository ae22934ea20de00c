import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { LinkerdPolicies } from '../../model/beside.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { authorizedFor, linkerdServersOf } from '../../relations/mesh/linkerd-servers.ts'
import { meshOf } from '../../relations/service/mesh-sidecar.ts'
import { portText, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { svcUnanswered } from '../../relations/symptom.ts'

/**
 * With `default-inbound-policy: deny` a proxy of Linkerd's lets in what a Server names and an authorization allows, and
 * nothing else: a port that nobody thought of answers 403, or closes.
 */
export default check({
  code: 'MSH810',
  slug: 'mesh/inbound-denied',
  title: 'Linkerd denies all that comes in where nothing allows it',
  fine: 'wherever Linkerd denies by default, something may come in',
  severity: 'error',
  needs: ['beside', 'services', 'pods'],
  remedies: [],
  decides: [],

  run({ beside, services, pods }) {
    const policies = beside.linkerd ?? { servers: [], authorized: [] }
    // A Server shuts its port to whom nothing authorizes, whatever the default is (Linkerd, "Authorization Policy").
    const isJudged = (it: Pod): boolean =>
      it.inboundDefault === 'deny' || (meshOf(it) === 'Linkerd' && policies.servers.length > 0)
    const denying = pods.filter((it) => isLive(it) && it.meshBypass !== true && isJudged(it))
    if (denying.length === 0) return notApplicable('no proxy of Linkerd here denies by default, or by a Server')
    const podsOf = podsOfServices(denying)
    const judged = services.flatMap((service) => {
      const [pod] = podsOf(service)
      if (pod === undefined) return []
      const shut = service.ports
        .filter((it) => it.protocol === 'TCP')
        .flatMap((port) => {
          const target = targetPortIn(pod, port)
          const why = target === null ? null : whyDenied(policies, pod, target)
          return why === null ? [] : [{ port: portText(port), why }]
        })
      return [{ service, pod, shut }]
    })
    if (judged.length === 0) return notApplicable('no Service leads to a pod whose proxy of Linkerd may deny')
    const found = judged.filter((it) => it.shut.length > 0)
    return found.length === 0 ? ok(judged.length) : found.map((it) => verdict(it, policies, beside.linkerd !== null))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Linkerd lets nobody in to Service ${full(on)} at port ${some(args.ports)}: ` +
      (args.server === ''
        ? 'its pods deny by default, and no Server is for the port.'
        : `nothing authorizes anybody for Server ${args.server}.`),
    detail: ({ args }) =>
      (args.byDefault ? 'default-inbound-policy: deny' : `Server ${args.server}: accessPolicy deny`) +
      `${args.held ? '' : " · the file holds no Server nor authorization of Linkerd's"}`,
    note: () => 'callers get 403 over HTTP, and other connections are closed',
    help: ({ subject: on, args }) => [
      args.server === ''
        ? 'make a Server for the port, and an AuthorizationPolicy for it'
        : 'make an AuthorizationPolicy whose targetRef is the Server',
      `kubectl -n ${on.namespace} get servers.policy.linkerd.io`,
      `kubectl -n ${on.namespace} get authorizationpolicies.policy.linkerd.io`,
      `linkerd authz -n ${on.namespace} pod/${args.pod}`,
    ],
  },
})

interface Shut {
  readonly service: Service
  readonly pod: Pod
  readonly shut: readonly { readonly port: string; readonly why: string }[]
}

/** '' where no Server is for the port, else the Server that nothing authorizes for; null where somebody may come in. */
function whyDenied(policies: LinkerdPolicies, pod: Pod, target: number): string | null {
  const its = linkerdServersOf(policies, pod, target)
  const [first] = its
  if (first === undefined) return pod.inboundDefault === 'deny' ? '' : null
  const isOpen = its.some(
    (it) => it.otherwise === 'allow' || authorizedFor(policies, it).some((one) => lacks(one, policies) === null),
  )
  return isOpen ? null : first.name
}

/**
 * An authentication that an authorization requires, and that is not there: nobody is authorized by it then (linkerd2,
 * policy-controller index). null where all are, where the file holds none of their kind, and where none is required.
 */
function lacks({ requires = [] }: LinkerdPolicies['authorized'][number], { proofs = [] }: LinkerdPolicies) {
  return (
    requires.find(
      (it) =>
        proofs.some((one) => one.kind === it.kind && one.namespace === it.namespace) &&
        !proofs.some((one) => one.kind === it.kind && one.namespace === it.namespace && one.name === it.name),
    ) ?? null
  )
}

function verdict({ service, pod, shut }: Shut, { authorized }: LinkerdPolicies, held: boolean) {
  // Of a file with Servers alone nobody knows whether it was asked for what authorizes.
  const isSure = held && (pod.inboundDefault === 'deny' || authorized.length > 0)
  return finding({
    subject: subject('Service', service.namespace, service.name),
    // A port beside others, as of metrics, may be shut on purpose.
    severity: shut.length < service.ports.filter((it) => it.protocol === 'TCP').length ? 'warning' : 'error',
    confidence: isSure ? 'inferred' : 'possible',
    args: {
      byDefault: pod.inboundDefault === 'deny',
      ports: shut.map((it) => it.port),
      server: shut[0]?.why ?? '',
      pod: pod.name,
      held,
    },
    evidence: [
      pod.inboundDefault === 'deny'
        ? { kind: 'fact', label: `linkerd-proxy of ${full(pod)}`, value: 'LINKERD2_PROXY_INBOUND_DEFAULT_POLICY=deny' }
        : { kind: 'fact', label: `Server ${pod.namespace}/${shut[0]?.why ?? ''}`, value: 'authorized: nobody' },
    ],
    causes: [svcUnanswered(service)],
  })
}
