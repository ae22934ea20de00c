import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { type Answerer, answererOf, clusterSet } from '../../relations/dns/answered-zones.ts'
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
  wants: ['ingresses', 'namespaces', 'clusterDns'],
  remedies: [],
  decides: ['SVC-14', 'SVC-15', 'ING-30'],

  run({ services, ingresses, namespaces, clusterDns, scope }) {
    const external = services.filter((it) => it.type === 'ExternalName')
    if (external.length === 0) return notApplicable('no Service here is of type ExternalName')
    const there: There = {
      names: new Set(services.map(full)),
      whole: scope.namespace,
      namespaces: new Set(namespaces.known ? namespaces.value.map((it) => it.name) : []),
      domain: clusterDns.known ? clusterDns.value.domain : 'cluster.local',
      answerer: answererOf(clusterDns),
    }
    const found = external.flatMap((service) => {
      const wrong = wrongOf(service, there)
      if (wrong === 'nothing') return []
      const routed = ingresses.known ? routesTo(ingresses.value, service) : []
      return [
        verdict(
          service,
          { wrong, there },
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
    help: ({ subject: on, args }) => [
      args.whole === null ? cures[args.wrong] : `write the name to its end: \`${args.whole}\``,
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
    ],
  },
})

type Wrong = 'address' | 'no-host' | 'loopback' | 'not-there' | 'short' | 'domain' | 'ports'

const headlines: Readonly<Record<Wrong, string>> = {
  address: 'names an address, which DNS cannot alias',
  'no-host': 'names what is no host',
  loopback: 'names the loopback: each client would reach itself',
  'not-there': 'names a Service that is not there',
  short: 'names a Service by half of its name, which DNS does not complete',
  domain: "names a Service of this cluster under another domain than the cluster's",
  ports: 'maps a port, which it cannot do',
}

const notes: Readonly<Record<Wrong, string | null>> = {
  address: 'the API server takes four numbers with dots for a name: resolvers then look for a host of that name',
  'no-host': 'a scheme, a port or a path is no part of a name in DNS',
  loopback: 'ingress-nginx refuses such a backend as well',
  'not-there': 'the alias is answered, and what it leads to is NXDOMAIN',
  short:
    'suffixes are put behind what a client asks for, and never behind what an alias leads to: ' +
    'the short name is looked for outside of the cluster',
  domain:
    'no line of the Corefile has that domain: servers outside are asked, and deny the name, unless another cluster ' +
    'has that domain and they know of it',
  ports: 'clients that speak TLS or HTTP must send the external name as SNI and Host besides',
}

const cures: Readonly<Record<Wrong, string>> = {
  address: 'make it a Service without a selector, with an EndpointSlice that holds the address',
  'no-host': 'write the host alone; the port is for the client to say',
  loopback: 'name the host that is meant',
  'not-there': 'name a Service that is there, with its namespace: NAME.NAMESPACE.svc.cluster.local',
  short: 'write the name to its end: NAME.NAMESPACE.svc.cluster.local',
  domain: "write the name with the cluster's own domain",
  ports: 'let clients use the real port; to map one, make it a Service without a selector, with an EndpointSlice',
}

interface There {
  readonly names: ReadonlySet<string>
  /** The one namespace that was read; null = all. */
  readonly whole: string | null
  /** Empty where they were not read. */
  readonly namespaces: ReadonlySet<string>
  readonly domain: string
  readonly answerer: (host: string) => Answerer
}

/** A Service by its whole name, and the domain behind it; null for what is no such name. */
function serviceIn(
  host: string,
): { readonly namespace: string; readonly name: string; readonly domain: string } | null {
  const [, name, namespace, domain = ''] = /^([^.]+)\.([^.]+)\.svc(?:\.(.+))?$/.exec(host) ?? []
  return name === undefined || namespace === undefined ? null : { namespace, name, domain }
}

/** Names under other domains may be another cluster's: what is not here may be there. */
function isOwn(host: string, domain: string, there: There): boolean {
  return ['', there.domain, 'cluster.local'].includes(domain) || there.answerer(host) === 'cluster'
}

function wrongOf(service: Service, there: There): Wrong | 'nothing' {
  const name = hostOf(service)
  if (asIpAddress(name) !== null) return 'address'
  if (/^(?:localhost|localhost\.localdomain|.*\.localhost)$/i.test(name)) return 'loopback'
  if (name === '' || asDnsName(name) === null) return 'no-host'
  const target = serviceIn(name)
  if (target !== null && isOwn(name, target.domain, there) && isThere(target, there) === 'no') return 'not-there'
  if (target !== null && isAstray(name, target, there)) return 'domain'
  if (shortFor(service, there) !== null) return 'short'
  return service.ports.some((it) => it.targetPort !== it.port) ? 'ports' : 'nothing'
}

/** No line of the Corefile may have that domain, and the very Service is here. */
function isAstray(host: string, target: NonNullable<ReturnType<typeof serviceIn>>, there: There): boolean {
  const { domain } = target
  if (domain === '' || domain === there.domain || domain === clusterSet) return false
  return there.answerer(host) === 'nobody' && isThere(target, there) === 'yes'
}

function hostOf(service: Service): string {
  return withoutTrailing(service.externalName ?? '', '.').toLowerCase()
}

function isThere(
  service: { readonly namespace: string; readonly name: string },
  { names, whole }: There,
): 'yes' | 'no' | 'unread' {
  if (names.has(full(service))) return 'yes'
  return whole === null || whole === service.namespace ? 'no' : 'unread'
}

/**
 * The Service that `pg`, `pg.data` or `pg.data.svc` is short for. CoreDNS asks for the target of the alias as it stands
 * (plugin/kubernetes, ServiceName and `Upstream.Lookup`), and a name of one or two labels may be a host as well: it
 * counts where a Service of that name is there. Of a namespace that was not read its name has to do.
 */
function shortFor(
  service: Service,
  there: There,
): { readonly namespace: string; readonly name: string; readonly sure: boolean } | null {
  const [name = '', namespace = service.namespace, svc, ...more] = hostOf(service).split('.')
  if (more.length > 0 || (svc !== undefined && svc !== 'svc')) return null
  const meant = { namespace, name }
  const itself = namespace === service.namespace && name === service.name
  const is = isThere(meant, there)
  if (itself || is === 'no') return null
  if (is === 'yes') return { ...meant, sure: true }
  return svc === 'svc' || there.namespaces.has(namespace) ? { ...meant, sure: svc === 'svc' } : null
}

/** Whom it names in another way than DNS knows him. Another cluster may have that domain, but for the usual one. */
function meantBy(service: Service, wrong: Wrong, there: There): ReturnType<typeof shortFor> {
  if (wrong === 'short') return shortFor(service, there)
  const target = wrong === 'domain' ? serviceIn(hostOf(service)) : null
  return target === null ? null : { ...target, sure: target.domain === 'cluster.local' }
}

function verdict(
  service: Service,
  { wrong, there }: { readonly wrong: Wrong; readonly there: There },
  routed: readonly string[],
) {
  const meant = meantBy(service, wrong, there)
  const name = service.externalName ?? ''
  const isMapped = wrong === 'ports'
  const port = service.ports.find((it) => it.targetPort !== it.port)
  return finding({
    subject: serviceSubject(service),
    confidence: meant?.sure === false ? 'possible' : 'inferred',
    severity: isMapped || meant?.sure === false ? 'warning' : 'error',
    args: {
      wrong,
      name,
      ports: service.ports.map((it) => `${it.port} -> ${it.targetPort}`).join(', '),
      whole: meant === null ? null : `${meant.name}.${meant.namespace}.svc.${there.domain}`,
    },
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
    // ingress-nginx completes the name by its own resolv.conf (rootfs/etc/nginx/lua/util/dns.lua).
    causes: isMapped ? [] : [svcUnanswered(service), nameWrong(service), ...(wrong === 'short' ? [] : routed)],
  })
}
