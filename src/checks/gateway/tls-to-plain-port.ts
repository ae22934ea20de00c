import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { type PlainSign, portIsPlain } from '../../relations/service/port-is-plain.ts'
import { portText } from '../../relations/service/service-endpoints.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'

/**
 * A BackendTLSPolicy has the Gateway speak TLS to each port of its Service, or to the one of its section (Gateway API,
 * GEP-1897). A server of plain HTTP takes the handshake for a broken request: clients get a 502 or 503.
 */
export default check({
  code: 'GTW729',
  slug: 'gateway/tls-to-plain-port',
  title: 'a BackendTLSPolicy has TLS spoken to a port that speaks plain HTTP',
  fine: 'BackendTLSPolicies are for ports that speak TLS',
  severity: 'error',
  needs: ['backendTlsPolicies', 'services', 'pods'],
  wants: ['contacts'],
  remedies: [],
  decides: ['GW-10'],

  run({ backendTlsPolicies, services, pods, contacts }) {
    const find = servicesByName(services)
    const podsOf = podsOfServices(pods)
    const aimed = backendTlsPolicies.flatMap((policy) =>
      policy.targets.flatMap((target): readonly Aimed[] => {
        if (target.group !== '' || target.kind !== 'Service') return []
        const service = find(policy.namespace, target.name)
        if (service === null || service.type === 'ExternalName') return []
        const ports = service.ports.filter((it) => target.section === null || it.name === target.section)
        return ports.length === 0 ? [] : [{ policy, service, ports, section: target.section }]
      }),
    )
    if (aimed.length === 0) return notApplicable('no BackendTLSPolicy here is for a port of a Service that exists')
    return aimed.map((it) => judge(it, { pods: podsOf(it.service), contacts }))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `BackendTLSPolicy ${full(on)} has the Gateway speak TLS to port ${args.port} of Service ${args.service}, which ` +
      `${args.sign === 'answered' ? 'speaks' : 'looks like'} plain HTTP.`,
    detail: ({ args }) =>
      `${signs[args.sign]}${args.section === null ? ' · it names no port: it is for all of them' : ''}`,
    note: () => 'the handshake comes to nothing: clients of the Gateway get a 502 or 503',
    help: ({ subject: on, args }) => [
      'name the port for TLS, by its name, in sectionName; or take the policy away',
      `kubectl -n ${on.namespace} edit backendtlspolicy ${on.name}`,
      `kubectl -n ${on.namespace} get service ${args.name} -o yaml`,
    ],
  },
})

interface Aimed {
  readonly policy: BackendTlsPolicy
  readonly service: Service
  readonly ports: readonly ServicePort[]
  readonly section: string | null
}

const signs: Readonly<Record<PlainSign, string>> = {
  answered: 'a pod of it answered plain HTTP there',
  probe: 'the readiness probe of its pods asks there by plain HTTP',
  name: 'its name says so',
}

/** Of a policy for all ports, one that may speak TLS is enough: routes may lead there alone. */
function judge(
  { policy, service, ports, section }: Aimed,
  around: { readonly pods: readonly Pod[]; readonly contacts: Known<Contacts> },
) {
  const found = ports.map((port) => ({ port, sign: portIsPlain(service, port, around) }))
  const [first] = found
  if (first === undefined || first.sign === null || found.some((it) => it.sign === null)) return ok(1)
  const on = subject('BackendTLSPolicy', policy.namespace, policy.name)
  const isSure = first.sign === 'answered'
  return finding({
    subject: on,
    also: [subject('Service', service.namespace, service.name)],
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure ? 'error' : 'warning',
    args: { port: portText(first.port), service: full(service), name: service.name, sign: first.sign, section },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.targetRefs',
        lines: [
          'targetRefs:',
          `- { kind: Service, name: ${service.name}${section === null ? '' : `, sectionName: ${section}`} }`,
        ],
        at: 1,
        mark: section ?? service.name,
        label: signs[first.sign],
      },
    ],
  })
}
