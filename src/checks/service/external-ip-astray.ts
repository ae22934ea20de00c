import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { ownAddress } from '../../relations/service/service-endpoints.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { serviceSubject } from './words.ts'

/**
 * `spec.externalIPs` is whatever somebody wrote: the API server looks at its form alone, and kube-proxy on each node
 * takes what goes there (CVE-2020-8554). One of a family that the Service does not offer it leaves out
 * (pkg/proxy/serviceport.go, newBaseServiceInfo); one that a pod or another Service has it takes from them.
 */
export default check({
  code: 'SVC251',
  slug: 'service/external-ip-astray',
  title: "an external address of a Service is of no use, or another's",
  fine: 'external addresses that are written into Services are of their family, and nobody has them',
  severity: 'warning',
  needs: ['services'],
  wants: ['pods'],
  remedies: [],
  decides: [],

  run({ services, pods }) {
    const claiming = services.filter((it) => (it.externalIPs ?? []).length > 0)
    if (claiming.length === 0) return notApplicable('no Service here has externalIPs')
    const others = new Map(services.flatMap((it) => (ownAddress(it) === null ? [] : [[ownAddress(it) ?? '', it]])))
    const holders = podsByIp(pods)
    const found = claiming.flatMap((service) =>
      (service.externalIPs ?? []).flatMap((ip) => {
        const wrong = wrongOf(service, ip, { others, holders })
        return wrong === null ? [] : [verdict(service, ip, wrong)]
      }),
    )
    if (found.length > 0) return found
    return pods.known ? ok(claiming.length) : cannotTell(pods.why.reason, pods.why.detail)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.kind === 'family'
        ? `External address ${args.ip} of Service ${full(on)} is not served: the Service is of ` +
          `${args.families.join(' and ')}.`
        : `Service ${full(on)} takes the address ${args.ip}, which ${args.holder} has.`,
    detail: ({ args }) => `externalIPs · ${args.ip} · ports ${args.ports.join(', ')}`,
    note: ({ args }) =>
      args.kind === 'family'
        ? 'kube-proxy makes rules for addresses of the families that the Service offers, and leaves out others'
        : "each node leads what goes to that address and these ports to this Service's endpoints, before it gets " +
          'where it was sent',
    help: ({ subject: on, args }) => [
      args.kind === 'family'
        ? 'write an address of that family, or let the Service offer the other one too'
        : 'take the address out of externalIPs',
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.externalIPs} {.spec.ipFamilies}'`,
      `kubectl -n ${on.namespace} edit service ${on.name}`,
    ],
  },
})

/** Of pods with an address of their own: one on its node's network has the node's, which is a common external one. */
function podsByIp(pods: Known<readonly Pod[]>): ReadonlyMap<string, Pod> {
  const own = pods.known ? pods.value.filter((it) => isLive(it) && !it.hostNetwork) : []
  return new Map(own.flatMap((it) => [it.ip, ...(it.ips ?? [])].flatMap((ip) => (ip === null ? [] : [[ip, it]]))))
}

interface Seen {
  readonly others: ReadonlyMap<string, Service>
  readonly holders: ReadonlyMap<string, Pod>
}

type Wrong =
  | { readonly kind: 'family' }
  | { readonly kind: 'pod' | 'service'; readonly holder: string; readonly of: Service | null }

function wrongOf(service: Service, ip: string, { others, holders }: Seen): Wrong | null {
  const { families = [] } = service
  if (families.length > 0 && !families.includes(familyOf(ip))) return { kind: 'family' }
  const other = others.get(ip)
  if (other !== undefined) return { kind: 'service', holder: `Service ${full(other)}`, of: other }
  const pod = holders.get(ip)
  return pod === undefined ? null : { kind: 'pod', holder: `pod ${full(pod)}`, of: null }
}

function verdict(service: Service, ip: string, wrong: Wrong) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    args: {
      kind: wrong.kind,
      ip,
      families: service.families ?? [],
      holder: wrong.kind === 'family' ? null : wrong.holder,
      ports: service.ports.map((it) => it.port),
    },
    evidence: [evidence(service, ip, wrong)],
    causes: wrong.kind === 'service' && wrong.of !== null && wrong.of !== service ? [svcUnanswered(wrong.of)] : [],
  })
}

function evidence(service: Service, ip: string, wrong: Wrong): Evidence {
  const ips = service.externalIPs ?? []
  return {
    kind: 'config',
    object: serviceSubject(service),
    path: 'spec.externalIPs',
    lines: ['externalIPs:', ...ips.map((it) => `- ${it}`)],
    at: ips.indexOf(ip) + 1,
    mark: ip,
    label: wrong.kind === 'family' ? 'not of a family that the Service offers' : `the address of ${wrong.holder}`,
  }
}
