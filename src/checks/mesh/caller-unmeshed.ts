import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { LinkerdPolicies } from '../../model/beside.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { authorizedFor, linkerdServersOf } from '../../relations/mesh/linkerd-servers.ts'
import { callableFrom, calledBy, type ToldCall, toldCalls } from '../../relations/service/called-services.ts'
import { meshOf } from '../../relations/service/mesh-sidecar.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * A MeshTLSAuthentication asks who the caller is, and only a proxy of Linkerd's has an answer: also `identities: ["*"]`
 * means callers of the mesh (linkerd.io, "Authorization Policy"). A pod that was made before its namespace was
 * annotated, or that opted out, has no proxy.
 */
export default check({
  code: 'MSH841',
  slug: 'mesh/caller-unmeshed',
  title: 'Linkerd lets in callers of the mesh alone, and a caller is none',
  fine: 'who is told to call a Service that Linkerd opens to the mesh alone has a proxy',
  severity: 'error',
  needs: ['beside', 'services', 'pods'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ beside, services, pods, namespaces, clusterDns, scope }) {
    const policies = beside.linkerd
    if (!pods.some((it) => meshOf(it) === 'Linkerd')) return notApplicable("no pod here has a proxy of Linkerd's")
    if (policies === null) return cannotTell('cut-off', "the file holds no Server of Linkerd's")
    if (policies.servers.length === 0) return notApplicable('no Server of Linkerd is here')
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const podsOf = podsOfServices(pods.filter(isLive))
    const judged = toldCalls(pods.filter(isLive)).flatMap((it) => {
      const called = calledBy(it.pod, it.call, around)
      const door = called.is === 'there' ? doorOf(called.service, it.call.port, podsOf(called.service), policies) : null
      return door === null ? [] : [{ ...it, ...door }]
    })
    if (judged.length === 0)
      return notApplicable('nobody here is told to call a Service that Linkerd opens to the mesh alone')
    const found = judged.filter(({ pod, proofs }) => proofs.length > 0 && meshOf(pod) === null)
    const once = new Map(found.map((it) => [`${subjectKey(workloadOfPod(it.pod))} ${full(it.service)}`, it]))
    return once.size === 0 ? ok(judged.length) : [...once.values()].map(verdict)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} is told to call ${args.service}, which Linkerd opens to callers of the mesh alone ` +
      `(Server ${args.server}), and has no proxy of Linkerd's.`,
    detail: ({ args }) => `told by ${args.by} · ${some(args.proofs, 2)}`,
    note: () => 'it gets 403 over HTTP, and other connections are closed: without a proxy it has no identity',
    help: ({ subject: on, args }) => [
      'have its pods made with a proxy (linkerd.io/inject: enabled on the namespace or the template, then a rollout' +
        '), or authorize the networks that it calls from (NetworkAuthentication)',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
      `kubectl -n ${args.home} get authorizationpolicies.policy.linkerd.io -o yaml`,
    ],
  },
})

interface Door {
  readonly service: Service
  readonly server: string
  /** What a caller has to have one of; empty where somebody else may come in as well, or this can't be told. */
  readonly proofs: readonly string[]
}

interface Judged extends ToldCall, Door {}

/** null: no Server that denies is for the port that is called, at each of the pods behind. */
function doorOf(
  service: Service,
  called: number | null,
  behind: readonly Pod[],
  policies: LinkerdPolicies,
): Door | null {
  const ports = service.ports.filter((it) => it.protocol === 'TCP' && (called === null || it.port === called))
  const [port] = ports
  if (port === undefined || ports.length > 1 || behind.length === 0) return null
  const servers = behind.map((pod) => {
    const target = meshOf(pod) === 'Linkerd' && pod.meshBypass !== true ? targetPortIn(pod, port) : null
    return target === null ? [] : linkerdServersOf(policies, pod, target)
  })
  const [first] = servers.flat()
  if (first === undefined || servers.some((its) => its.length === 0)) return null
  const all = [...new Set(servers.flat())]
  if (all.some((it) => it.otherwise === 'allow')) return null
  const asked = all.flatMap((it) => authorizedFor(policies, it))
  const isClosed =
    asked.length > 0 && asked.every((it) => it.requires?.some((one) => one.kind === 'MeshTLSAuthentication') === true)
  const proofs = asked.flatMap((it) => it.requires ?? []).map((it) => `${it.kind} ${it.namespace}/${it.name}`)
  return { service, server: `${first.namespace}/${first.name}`, proofs: isClosed ? [...new Set(proofs)] : [] }
}

function verdict({ pod, call, service, server, proofs }: Judged) {
  return finding({
    subject: workloadOfPod(pod),
    also: [subject('Service', service.namespace, service.name)],
    confidence: 'inferred',
    args: { service: full(service), home: service.namespace, server, by: call.by ?? 'its command', proofs },
    evidence: [
      { kind: 'fact', label: 'all that lets in asks for', value: some(proofs, 4) },
      {
        kind: 'fact',
        label: `containers of ${full(pod)}`,
        value: some(
          pod.containers.map((it) => it.name),
          6,
        ),
      },
    ],
  })
}
