import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { DirectContact, RoutedContact } from '../../model/contacts.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import type { Known } from '../../model/known.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import {
  badOf,
  proxyRouteOf,
  routedExcuse,
  type RoutedGroup,
  routedGroups,
} from '../../relations/gateway/routed-requests.ts'
import { endText } from '../../relations/ingress/http-answers.ts'
import { routeFails } from '../../relations/symptom.ts'
import { hostFits } from '../../wire/host-pattern.ts'

/**
 * Who checks the certificates of its pods wants a name in them (HTTPProxy `validation.subjectName`, BackendTLSPolicy
 * `validation.hostname`): what bears other names is hung up on at the handshake, and the client gets a 503 or 502.
 */
export default check({
  code: 'GTW732',
  slug: 'gateway/backend-name-refused',
  title: 'a data plane wants another name in the certificate of its backend',
  fine: 'certificates of backends bear the name that routes want in them',
  severity: 'error',
  needs: ['contacts'],
  wants: ['httpProxies', 'backendTlsPolicies', 'dnsProbe'],
  remedies: [],
  decides: [],

  run({ contacts, httpProxies, backendTlsPolicies, dnsProbe, scope }) {
    const excuse = routedExcuse(dnsProbe)
    const found = routedGroups(contacts, scope).flatMap((group) =>
      wantedBy(group, httpProxies, backendTlsPolicies).flatMap((wanted) => judge(group, wanted, badOf(group, excuse))),
    )
    return found.length > 0 ? found : notApplicable('no route that was asked checks a certificate that was seen')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} wants a certificate for ${some(args.wants)} of Service ${args.service}, and its pods ` +
      `show one for ${some(args.names) || 'no name'}.`,
    detail: ({ args }) => `${args.field} of ${args.by} · ${args.bad} of ${args.of} requests answered ${args.what}`,
    note: () => 'the data plane ends the handshake, and no request reaches a pod: in its access log that is UF',
    help: ({ args }) => [
      `name in ${args.field} what the certificate has, or give the pods a certificate for ${some(args.wants)}`,
      `kubectl -n ${args.namespace} get ${args.kind.toLowerCase()} ${args.name} -o yaml`,
    ],
  },
})

interface Wanted {
  readonly names: readonly string[]
  readonly by: Subject
  readonly field: 'validation.subjectName' | 'validation.hostname'
  readonly seen: readonly DirectContact[]
}

function wantedBy(
  { http, direct, backends }: RoutedGroup,
  proxies: Known<readonly HttpProxy[]>,
  policies: Known<readonly BackendTlsPolicy[]>,
): readonly Wanted[] {
  const [first] = http
  if (first === undefined) return []
  const proxyRoute = proxies.known ? proxyRouteOf(proxies.value, first) : null
  return backends.flatMap((at): readonly Wanted[] => {
    const seen = direct.filter(
      ({ service, certificate }) => full(service) === full(at) && service.port === at.port && certificate !== undefined,
    )
    if (seen.length === 0) return []
    const named = proxyRoute?.services.find((it) => it.name === at.name && it.port === at.port)?.wants ?? []
    const ofProxy: readonly Wanted[] =
      named.length === 0
        ? []
        : [
            {
              names: named,
              by: subject('HTTPProxy', at.namespace, first.route.name),
              field: 'validation.subjectName',
              seen,
            },
          ]
    const ofPolicies = (policies.known ? policies.value : [])
      .filter(
        (it) =>
          it.namespace === at.namespace &&
          it.hostname !== '' &&
          // A section is the name of a port, which is not known here.
          it.targets.some((one) => one.kind === 'Service' && one.name === at.name && one.section === null),
      )
      .map((it): Wanted => ({
        names: [it.hostname],
        by: subject('BackendTLSPolicy', it.namespace, it.name),
        field: 'validation.hostname',
        seen,
      }))
    return [...ofProxy, ...ofPolicies]
  })
}

type Refused = {
  readonly wants: readonly string[]
  readonly names: readonly string[]
  readonly field: Wanted['field']
  readonly by: string
  readonly kind: string
  readonly namespace: string | null
  readonly name: string
  readonly service: string
  readonly what: string
  readonly bad: number
  readonly of: number
}

/** A server may show another certificate to another name: only with requests that fail it is more than that. */
function judge(
  { route, http }: RoutedGroup,
  { names, by, field, seen }: Wanted,
  bad: readonly RoutedContact[],
): readonly Verdict<Refused>[] {
  const unfit = seen.filter(({ certificate }) => {
    const shown = certificate?.names ?? []
    return !names.some((name) => shown.some((it) => hostFits(it, name)))
  })
  const [first] = unfit
  const [worst] = bad.filter((it) => it.status === 503 || it.status === 502)
  if (first === undefined || worst === undefined) return [ok(seen.length)]
  return [
    finding({
      subject: subject(route.kind, route.namespace, route.name),
      also: [by],
      confidence: 'inferred',
      args: {
        wants: names,
        names: [...new Set(unfit.flatMap((it) => it.certificate?.names ?? []))],
        field,
        by: `${by.kind} ${by.namespace}/${by.name}`,
        kind: by.kind,
        namespace: by.namespace,
        name: by.name,
        service: full(first.service),
        what: endText(worst),
        bad: bad.length,
        of: http.length,
      },
      evidence: [
        { kind: 'fact', label: `${field} of ${by.kind} ${by.name}`, value: some(names) },
        ...[...new Map(unfit.map((it) => [it.pod ?? it.ip, it])).values()].slice(0, 3).map((it) => ({
          kind: 'fact' as const,
          label: `certificate of ${it.pod ?? it.ip}:${it.port}`,
          value: some(it.certificate?.names ?? []) || 'no name',
        })),
      ],
      causes: [routeFails(route)],
    }),
  ]
}
