import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Endpoint, EndpointSlice, Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { contactsOfServices, tally } from '../../relations/service/service-contacts.ts'
import { leftOutBy, ownAddress, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { serviceSubject } from './words.ts'

/**
 * A slice may be tied to its Service and lead nowhere. kube-proxy processes slices of IPv4 and IPv6 alone, each for the
 * Services of that family, and "no semantics are defined for the FQDN type" (discovery/v1 types.go; pkg/proxy
 * endpointschangetracker.go); its watch leaves out slices that bear the label of headless ones or of another proxy
 * (cmd/kube-proxy/app/server.go). An address is translated once: that of another Service is left as it stands in the
 * packet, and nobody has it.
 */
export default check({
  code: 'SVC249',
  slug: 'service/slices-unheeded',
  title: 'no packet is led by the EndpointSlices of a Service',
  fine: 'EndpointSlices hold addresses that packets can be led to',
  severity: 'error',
  needs: ['services', 'endpointSlices'],
  wants: ['contacts'],
  remedies: [],
  decides: ['SVC-12', 'SVC-19'],

  run({ services, endpointSlices, contacts }) {
    const [slicesOf, contactsOf] = [slicesOfServices(endpointSlices), contactsOfServices(contacts)]
    const fed = services.filter((it) => isServed(it) && slicesOf(it).some((slice) => slice.endpoints.some(isReady)))
    if (fed.length === 0) return notApplicable('no Service here has an address and a ready endpoint')
    const owners = new Map(
      services.flatMap((it) => (ownAddress(it) === null ? [] : [[ownAddress(it) ?? '', it] as const])),
    )
    const found = fed.flatMap((service) => {
      const { of, bad } = judged(service, slicesOf(service), owners)
      const isWhole = bad.length === of
      // Beside endpoints that serve, a slice that nobody heeds is left alone; an address that is heeded is not.
      const told = isWhole ? bad : bad.filter((it) => it.why === 'special' || it.why === 'virtual')
      const isAnswered = contactsOf(service).some((it) => it.via.kind === 'service' && tally([it]).open > 0)
      return told.length === 0 || isAnswered ? [] : [verdict(service, told, { isWhole, of })]
    })
    return found.length > 0 ? found : ok(fed.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.whole
        ? `Service ${full(on)} has endpoints that no packet is led to: ${whys[args.why](args)}.`
        : `${args.bad} of ${count(args.of, 'endpoint')} of Service ${full(on)} ` +
          `${args.bad === 1 ? 'is an address' : 'are addresses'} that leads nowhere: ${whys[args.why](args)}.`,
    detail: ({ args }) =>
      `${args.bad} of ${count(args.of, 'ready endpoint')} · ${some(args.slices)} · ` +
      `the Service is of ${args.families.join(' and ')}`,
    note: ({ args }) => notes[args.why],
    help: ({ subject: on, args }) => [
      remedies[args.why],
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name} -o yaml`,
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.ipFamilies} {.spec.clusterIPs}'`,
    ],
  },
})

type Why = 'names' | 'family' | 'headless' | 'service-proxy-name' | 'special' | 'virtual'

interface Said {
  readonly slices: readonly string[]
  readonly families: readonly string[]
  readonly first: string
  readonly owner: string | null
  readonly type: EndpointSlice['addressType']
}

const whys: Readonly<Record<Why, (args: Said) => string>> = {
  names: ({ slices }) => `${some(slices)} ${slices.length === 1 ? 'is' : 'are'} of addressType FQDN`,
  family: ({ slices, type, families }) =>
    `${some(slices)} ${slices.length === 1 ? 'is' : 'are'} of addressType ${type}, ` +
    `the Service of ${families.join(' and ')}`,
  headless: ({ slices }) => `${some(slices)} ${bears(slices)} the label service.kubernetes.io/headless`,
  'service-proxy-name': ({ slices }) =>
    `${some(slices)} ${bears(slices)} the label service.kubernetes.io/service-proxy-name`,
  special: ({ first }) => `${first} is ${specialOf(first) ?? 'no address of a pod'}`,
  virtual: ({ first, owner }) => `${first} is the address of Service ${owner ?? 'another'}`,
}

function bears(slices: readonly string[]): string {
  return slices.length === 1 ? 'bears' : 'bear'
}

const notes: Readonly<Record<Why, string>> = {
  names: 'kube-proxy makes rules of IPv4 and IPv6 addresses alone; no meaning is defined for names in a slice',
  family: 'kube-proxy joins a Service and a slice within one family alone',
  headless: 'kube-proxy does not watch slices with this label: those of headless Services bear it',
  'service-proxy-name': 'kube-proxy does not watch slices with this label: they are meant for another proxy',
  special: 'what is sent there does not leave the node, or belongs to none',
  virtual: "kube-proxy translates an address once: a packet for another Service's address is not led on from there",
}

const remedies: Readonly<Record<Why, string>> = {
  names:
    'write the addresses themselves into a slice of addressType IPv4 or IPv6; for a name use a Service of type ' +
    'ExternalName, which DNS answers with that name',
  family: 'let the slice have addresses of the family that the Service offers, or let the Service offer the other one',
  headless: 'take the label off the slice; where the Service selects pods, its controller writes slices without it',
  'service-proxy-name': 'take the label off the slice, or run the proxy that it names',
  special: 'write the address by which others reach the server',
  virtual: "write the addresses of that Service's pods, or give its selector to this Service",
}

/** Of one that bears such a label itself, and hands it on to its slices, SVC250 speaks. */
function isServed(service: Service): boolean {
  return ownAddress(service) !== null && leftOutBy(service) === null
}

interface Entry {
  readonly slice: EndpointSlice
  readonly ip: string
}

function isReady({ ready }: Endpoint): boolean {
  return ready
}

/** Each address once in each slice. A Service may have a hundred thousand: of the good ones nothing is kept. */
function judged(
  service: Service,
  slices: readonly EndpointSlice[],
  owners: ReadonlyMap<string, Service>,
): { readonly of: number; readonly bad: readonly Bad[] } {
  const bad: Bad[] = []
  let of = 0
  for (const slice of slices)
    for (const ip of new Set(slice.endpoints.filter(isReady).map((it) => it.ip))) {
      of++
      const { why, owner } = whyNot(service, { slice, ip }, owners)
      if (why !== null) bad.push({ slice, ip, why, owner })
    }
  return { of, bad }
}

function familiesOf(service: Service): readonly string[] {
  const { families = [] } = service
  return families.length > 0 ? families : [familyOf(ownAddress(service) ?? '')]
}

function whyNot(
  service: Service,
  { slice, ip }: Entry,
  owners: ReadonlyMap<string, Service>,
): { readonly why: Why | null; readonly owner: string | null } {
  if (slice.leftOut !== undefined) return { why: slice.leftOut, owner: null }
  if (slice.addressType === 'FQDN') return { why: 'names', owner: null }
  if (!familiesOf(service).includes(slice.addressType)) return { why: 'family', owner: null }
  if (specialOf(ip) !== null) return { why: 'special', owner: null }
  const owner = owners.get(ip)
  return owner === undefined ? { why: null, owner: null } : { why: 'virtual', owner: full(owner) }
}

/** What the API server refuses in a slice (ValidateEndpointIP of pkg/apis/core/validation), by what it is. */
const specials: readonly (readonly [range: string, name: string])[] = [
  ['127.0.0.0/8', 'a loopback address'],
  ['::1/128', 'a loopback address'],
  ['169.254.0.0/16', 'a link-local address'],
  ['fe80::/10', 'a link-local address'],
  ['0.0.0.0/32', 'the unspecified address'],
  ['::/128', 'the unspecified address'],
]

function specialOf(ip: string): string | null {
  return specials.find(([range]) => contains(range, ip))?.[1] ?? null
}

interface Bad extends Entry {
  readonly why: Why
  readonly owner: string | null
}

function verdict(service: Service, bad: readonly Bad[], { isWhole, of }: { isWhole: boolean; of: number }) {
  const first = bad[0]
  const why = first?.why ?? 'names'
  const alike = bad.filter((it) => it.why === why)
  const slices = [...new Map(alike.map((it) => [it.slice.name, it.slice])).values()]
  return finding({
    subject: serviceSubject(service),
    also: slices.map((it) => subject('EndpointSlice', it.namespace, it.name)),
    confidence: 'inferred',
    severity: isWhole ? 'error' : 'warning',
    args: {
      why,
      whole: isWhole,
      bad: bad.length,
      of,
      slices: slices.map((it) => it.name),
      families: familiesOf(service),
      type: first?.slice.addressType ?? 'IPv4',
      first: first?.ip ?? '',
      owner: first?.owner ?? null,
    },
    evidence: slices.slice(0, 4).map((it) => sliceFact(it, alike)),
    causes: isWhole ? [noEndpoints(service), svcUnanswered(service)] : [svcUnanswered(service)],
  })
}

function sliceFact(slice: EndpointSlice, bad: readonly Bad[]): Evidence {
  const its = bad.filter((it) => it.slice === slice).map((it) => it.ip)
  return { kind: 'fact', label: `slice ${slice.name}`, value: `addressType ${slice.addressType}: ${some(its, 6)}` }
}
