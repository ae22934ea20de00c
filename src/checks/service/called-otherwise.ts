import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Scope } from '../../model/sources.ts'
import { subject, type Subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { calledBy, type Called, type ToldCall, toldCalls } from '../../relations/service/called-services.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * Programs are told by their environment and their flags whom to call. A name that no Service has, or a port that the
 * Service does not offer, is seen from inside as NXDOMAIN and as a connect that nobody answers (kube-proxy's REJECT, or
 * silence), and from outside not at all: the Service itself is well.
 */
export default check({
  code: 'SVC217',
  slug: 'service/called-otherwise',
  title: 'a program is told to call what is not there',
  fine: 'what programs are told to call is there, and offers the port',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: ['SVC-01', 'SVC-02', 'SVC-23'],

  run({ pods, services, clusterDns, namespaces, scope }) {
    const around = {
      services,
      namespaces: namespaces.known ? namespaces.value.map((it) => it.name) : null,
      domain: clusterDns.known ? clusterDns.value.domain : null,
      scope,
      pods,
    }
    const judged = toldCalls(pods).map((it) => ({ ...it, called: calledBy(it.pod, it.call, around) }))
    const inside = judged.filter((it) => it.called.is !== 'elsewhere')
    if (inside.length === 0) return notApplicable('no environment variable or argument here names a Service')
    const found = inside.flatMap((it) => verdict(it, scope) ?? [])
    return found.length > 0
      ? found
      : ok(inside.length, 'of what the specs spell out; ConfigMaps and Secrets are not read')
  },

  words: {
    headline: ({ subject: on, args }) => `${on.kind} ${full(on)} is told to call ${args.host}, ${wrong(args)}.`,
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container} · ` +
      (args.near === null ? 'nothing there is nearly called that' : `\`${args.near}\` is there`),
    note: ({ args }) => noteOf(args),
    help: ({ subject: on, args }) => [
      `kubectl -n ${args.namespace} get services`,
      args.near === null
        ? `set ${args.by ?? 'its argument'} of ${on.kind} ${on.name} to a Service and a port that are there`
        : `if it was meant, set ${args.by ?? 'its argument'} of ${on.kind} ${on.name} to ${args.near}`,
    ],
  },
})

function verdict({ pod, container, call, called }: ToldCall & { readonly called: Called }, scope: Scope) {
  if (called.is === 'elsewhere' || called.is === 'there') return null
  const on = workloadOfPod(pod)
  const host = call.port === null ? call.host : `${call.host}:${call.port}`
  return finding({
    subject: on,
    also: also(called),
    confidence: 'inferred',
    severity: isTargetPod(scope, pod) ? 'error' : 'warning',
    args: {
      is: called.is,
      host,
      by: call.by,
      container,
      near: nearOf(called),
      port: call.port,
      isTargetPort: called.is === 'no-port' && called.service.ports.some((it) => it.targetPort === called.port),
      namespace: 'service' in called ? called.service.namespace : pod.namespace,
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path:
          call.by === null || call.by.startsWith('-')
            ? `containers[${container}].args`
            : `containers[${container}].env`,
        lines: [call.by === null ? host : `${call.by}: ${host}`],
        at: 0,
        mark: called.is === 'no-port' || called.is === 'unmapped' ? `${called.port}` : call.host,
        label: labelOf(called),
      },
    ],
    causes: [toldWrongly(on)],
  })
}

interface Noted {
  readonly is: Called['is']
  readonly isTargetPort: boolean
  readonly port: number | null
}

function noteOf({ is, isTargetPort, port }: Noted): string {
  if (is === 'unmapped')
    return 'a headless Service gives out the addresses of its pods: clients meet the pods at the very port they ask for'
  return is === 'no-port' && isTargetPort
    ? `pods listen on ${port}: that is the Service's targetPort, and who calls the Service uses its port`
    : 'seen in the spec alone: whether the program calls it, and when, was not measured'
}

/** Whoever asks about the Service that is called is told of it, too. */
function also(called: Called): readonly Subject[] {
  return 'service' in called ? [subject('Service', called.service.namespace, called.service.name)] : []
}

function nearOf(called: Called): string | null {
  if (called.is === 'no-port') {
    const { name, ports } = called.service
    const same = ports.find((it) => it.targetPort === called.port) ?? (ports.length === 1 ? ports[0] : undefined)
    return same === undefined ? null : `${name}:${same.port}`
  }
  if (called.is === 'unmapped') return `${called.service.name}:${called.target}`
  return 'near' in called ? called.near : null
}

function labelOf(called: Called): string {
  switch (called.is) {
    case 'no-port': {
      const { service } = called
      return `Service ${full(service)} offers ${service.ports.map((it) => it.port).join(', ') || 'no port'}`
    }
    case 'unmapped':
      return `headless: pods of Service ${full(called.service)} listen on ${called.target}`
    case 'no-namespace':
      return `no namespace \`${called.namespace}\``
    case 'other-domain':
      return `this cluster's domain is another`
    default:
      return 'name' in called ? `namespace ${called.namespace} has no Service \`${called.name}\`` : 'not there'
  }
}

const says = {
  'no-port': 'a port that this Service does not offer',
  unmapped: 'a port that the pods of this headless Service do not listen on',
  'no-service': 'and there is no such Service',
  'no-namespace': 'and there is no such namespace',
  'other-domain': "which is not this cluster's domain",
} as const

function wrong(args: { readonly is: keyof typeof says }): string {
  return says[args.is]
}
