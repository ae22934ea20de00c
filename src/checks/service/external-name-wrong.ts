import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { ingressBackendFails, nameWrong, svcUnanswered } from '../../relations/symptom.ts'
import { asDnsName, asIpAddress } from '../../wire/dns-name.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { serviceSubject } from './words.ts'

/**
 * An ExternalName is a CNAME and nothing more. The API server takes an address, and a name that is no host, for one;
 * DNS then answers with a name that nobody has. Its ports mean nothing: no packet is ever changed on the way.
 */
export default check({
  code: 'SVC225',
  slug: 'service/external-name-wrong',
  title: 'an ExternalName names what DNS cannot answer with',
  fine: 'every ExternalName names a host',
  severity: 'error',
  needs: ['services'],
  wants: ['ingresses'],
  remedies: [],
  decides: ['SVC-14', 'SVC-15', 'ING-30'],

  run({ services, ingresses, scope }) {
    const external = services.filter((it) => it.type === 'ExternalName')
    if (external.length === 0) return notApplicable('no Service here is of type ExternalName')
    const there = { names: new Set(services.map(full)), whole: scope.namespace }
    const found = external.flatMap((service) => {
      const wrong = wrongOf(service, there)
      if (wrong === null) return []
      const routed = ingresses.known ? routesTo(ingresses.value, service) : []
      return [
        verdict(
          service,
          wrong,
          routed.map((it) => ingressBackendFails(it, service.name)),
        ),
      ]
    })
    return found.length > 0 ? found : ok(external.length)
  },

  words: {
    headline: ({ subject: on, args }) => `ExternalName Service ${full(on)} ${headlines[args.wrong]}: \`${args.name}\`.`,
    detail: ({ args }) =>
      args.wrong === 'ports'
        ? `ports ${args.ports} · an ExternalName changes no port: clients connect to the port that they ask for`
        : `externalName ${args.name} · DNS answers with a CNAME to it`,
    note: ({ args }) => notes[args.wrong],
    help: ({ subject: on, args }) => [cures[args.wrong], `kubectl -n ${on.namespace} get service ${on.name} -o yaml`],
  },
})

type Wrong = 'address' | 'no-host' | 'loopback' | 'not-there' | 'ports'

const headlines: Readonly<Record<Wrong, string>> = {
  address: 'names an address, which DNS cannot alias',
  'no-host': 'names what is no host',
  loopback: 'names the loopback: each client would reach itself',
  'not-there': 'names a Service that is not there',
  ports: 'maps a port, which it cannot do',
}

const notes: Readonly<Record<Wrong, string | null>> = {
  address: 'the API server takes four numbers with dots for a name: resolvers then look for a host of that name',
  'no-host': 'a scheme, a port or a path is no part of a name in DNS',
  loopback: 'ingress-nginx refuses such a backend as well',
  'not-there': 'the alias is answered, and what it leads to is NXDOMAIN',
  ports: 'clients that speak TLS or HTTP must send the external name as SNI and Host besides',
}

const cures: Readonly<Record<Wrong, string>> = {
  address: 'make it a Service without a selector, with an EndpointSlice that holds the address',
  'no-host': 'write the host alone; the port is for the client to say',
  loopback: 'name the host that is meant',
  'not-there': 'name a Service that is there, with its namespace: NAME.NAMESPACE.svc.cluster.local',
  ports: 'let clients use the real port; to map one, make it a Service without a selector, with an EndpointSlice',
}

interface There {
  readonly names: ReadonlySet<string>
  /** The one namespace that was read; null = all. */
  readonly whole: string | null
}

function wrongOf(service: Service, { names, whole }: There): Wrong | null {
  const name = withoutTrailing(service.externalName ?? '', '.')
  if (asIpAddress(name) !== null) return 'address'
  if (/^(?:localhost|localhost\.localdomain|.*\.localhost)$/i.test(name)) return 'loopback'
  if (name === '' || asDnsName(name) === null) return 'no-host'
  const [, target, namespace] = /^([^.]+)\.([^.]+)\.svc(?:\.[^.]+\.[^.]+)?$/i.exec(name) ?? []
  const read = namespace !== undefined && (whole === null || whole === namespace)
  if (target !== undefined && read && !names.has(full({ namespace, name: target }))) return 'not-there'
  return service.ports.some((it) => it.targetPort !== it.port) ? 'ports' : null
}

function verdict(service: Service, wrong: Wrong, routed: readonly string[]) {
  const name = service.externalName ?? ''
  const isMapped = wrong === 'ports'
  const port = service.ports.find((it) => it.targetPort !== it.port)
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    severity: isMapped ? 'warning' : 'error',
    args: { wrong, name, ports: service.ports.map((it) => `${it.port} -> ${it.targetPort}`).join(', ') },
    evidence: [
      {
        kind: 'config',
        object: serviceSubject(service),
        path: isMapped ? 'spec.ports' : 'spec.externalName',
        lines: isMapped ? [`- port: ${port?.port}`, `  targetPort: ${port?.targetPort}`] : [`externalName: ${name}`],
        at: isMapped ? 1 : 0,
        mark: isMapped ? String(port?.targetPort) : name || 'externalName',
        label: headlines[wrong],
      },
    ],
    causes: isMapped ? [] : [svcUnanswered(service), nameWrong(service), ...routed],
  })
}
