import { check } from '../../findings/check.ts'
import { type Confidence, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Gateway, GatewayRoute, Listener } from '../../model/gateway.ts'
import { badCertificateReason, gatewayGroup } from '../../model/gateway-words.ts'
import { full, because } from '../../phrases.ts'
import { type Attachment, attaching } from '../../relations/gateway/attachment.ts'
import { type BadCondition, badConditions, conditionText } from '../../relations/gateway/conditions.ts'
import { type GrantsSeen, isGranted, notListed } from '../../relations/gateway/grants.ts'
import { gatewayFails, gatewayRouteFails } from '../../relations/symptom.ts'
import { gatewaySubject, saysOf } from './words.ts'

/**
 * One listener may be broken while the Gateway is accepted and its others serve. What the objects show by themselves is
 * told even where no controller wrote a status: two listeners that want the same, and a certificate of another
 * namespace that no ReferenceGrant gives.
 */
export default check({
  code: 'GTW703',
  slug: 'gateway/listener-broken',
  title: 'a listener of a Gateway does not serve',
  fine: 'every listener is accepted, has no conflict and finds its certificate',
  severity: 'error',
  needs: ['gateways', 'referenceGrants', 'gatewayApi'],
  wants: ['gatewayRoutes', 'namespaces'],
  remedies: [],
  decides: ['GW-04', 'GW-09'],

  run({ gateways, referenceGrants, gatewayApi, gatewayRoutes, namespaces, scope }) {
    const attach = attaching({ gateways, namespaces, api: gatewayApi, scope })
    const routes = gatewayRoutes.known ? gatewayRoutes.value : []
    const ways = routes.flatMap((route) => route.parents.map((parent) => ({ route, to: attach(route, parent) })))
    const seen = { grants: referenceGrants, api: gatewayApi, scope, ways }
    const all = gateways.flatMap((gateway) => gateway.listeners.map((listener) => ({ gateway, listener })))
    if (all.length === 0) return notApplicable('no Gateway here has a listener')
    return all.map(({ gateway, listener }) => judge(gateway, listener, seen))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Listener \`${args.listener}\` (${args.protocol} ${args.port}) of Gateway ${full(on)} ${why(args)}.`,
    detail: ({ args }) =>
      `listener ${args.listener} · ${args.protocol} ${args.port} · host ${args.host} · ` +
      (args.attached === null ? 'not in the status' : `${args.attached} routes attached`),
    note: ({ args }) =>
      args.fault === 'no-grant'
        ? 'a Secret of another namespace is used only where a ReferenceGrant there allows it'
        : null,
    help: ({ subject: on, args }) => [
      helpOf(args),
      ...(args.fault === 'no-grant' ? [`kubectl -n ${args.where} get referencegrants`] : []),
      ...(args.fault === 'secret' ? [`kubectl -n ${args.where} get secret ${args.secret}`] : []),
      `kubectl -n ${on.namespace} describe gateway ${on.name}`,
    ],
  },
})

type Fault = 'no-grant' | 'same' | 'no-certificate' | 'secret' | 'status'

interface Told {
  readonly fault: Fault
  readonly secret: string
  readonly where: string
  readonly other: string
  readonly first: string
}

function why({ fault, secret, where, other, first }: Told): string {
  switch (fault) {
    case 'no-grant':
      return `names Secret ${where}/${secret}, which no ReferenceGrant in namespace ${where} allows it`
    case 'same':
      return `has the port, protocol and host of listener \`${other}\``
    case 'no-certificate':
      return 'ends TLS and names no certificate'
    case 'secret':
      return `finds no certificate in Secret ${where}/${secret}: ${first}`
    case 'status':
      return `does not serve: ${first}`
  }
}

function helpOf({ fault, secret, where, other }: Told): string {
  switch (fault) {
    case 'no-grant':
      return `make a ReferenceGrant in namespace ${where}, or copy the Secret to the Gateway's namespace`
    case 'same':
      return `give it another port or host than \`${other}\` has, or remove one of the two`
    case 'no-certificate':
      return 'name a Secret with a certificate, or let TLS through: mode Passthrough'
    case 'secret':
      return `make the Secret \`${secret}\` of type kubernetes.io/tls, with tls.crt and tls.key`
    case 'status':
      return 'do what the controller’s message asks'
  }
}

interface Seen extends GrantsSeen {
  readonly ways: readonly { readonly route: GatewayRoute; readonly to: Attachment }[]
}

function judge(gateway: Gateway, listener: Listener, seen: Seen) {
  const bad = listener.status === null ? [] : badConditions(listener.status.conditions, gateway.generation, [])
  const refs = (listener.tls?.certificates ?? []).map((ref) => ({
    ref,
    at: ref.namespace ?? gateway.namespace,
    granted: isGranted(
      {
        from: { group: gatewayGroup, kind: 'Gateway', namespace: gateway.namespace },
        to: { group: ref.group, kind: ref.kind, namespace: ref.namespace ?? gateway.namespace, name: ref.name },
      },
      seen,
    ),
  }))
  const told = (fault: Fault, about: Partial<Told> & { readonly confidence?: Confidence } = {}) =>
    verdict(gateway, listener, { fault, bad, about, routes: routesBy(listener, seen) })

  const refused = refs.find(({ granted }) => granted === 'no')
  if (refused !== undefined) return told('no-grant', { secret: refused.ref.name, where: refused.at })
  const twin = gateway.listeners.find((it) => it !== listener && isSame(it, listener))
  if (twin !== undefined) return told('same', { other: twin.name })
  const ends = listener.protocol === 'HTTPS' || (listener.protocol === 'TLS' && listener.tls?.mode === 'Terminate')
  // Options of an implementation may stand for the certificate (GKE's pre-shared ones): then its status is good.
  if (ends && refs.length === 0 && (bad.length > 0 || listener.status === null)) return told('no-certificate')
  const secret = bad.find((it) => it.reason === badCertificateReason)
  const [only] = refs
  if (secret !== undefined && only !== undefined)
    return told('secret', { secret: only.ref.name, where: only.at, confidence: 'observed' })
  if (bad.length > 0) return told('status', { confidence: 'observed' })
  const open = refs.find(({ granted }) => granted === 'maybe')
  return open === undefined ? ok(1) : notListed('ReferenceGrant', open.at, seen.api)
}

/** Routes that have no other listener to come in by. */
function routesBy(listener: Listener, { ways }: Seen): readonly GatewayRoute[] {
  return ways.flatMap(({ route, to }) =>
    to.kind === 'attached' && to.listeners.length === 1 && to.listeners[0] === listener ? [route] : [],
  )
}

function isSame(a: Listener, b: Listener): boolean {
  return (
    a.port === b.port &&
    a.protocol === b.protocol &&
    (a.hostname ?? '').toLowerCase() === (b.hostname ?? '').toLowerCase()
  )
}

interface Found {
  readonly fault: Fault
  readonly bad: readonly BadCondition[]
  readonly routes: readonly GatewayRoute[]
  readonly about: Partial<Told> & { readonly confidence?: Confidence }
}

function verdict(gateway: Gateway, listener: Listener, { fault, bad, about, routes }: Found) {
  const [first] = bad
  const said = first === undefined ? '' : `${conditionText(first)}${because(first.message)}`
  const onlyOld = fault === 'status' && bad.every((it) => it.kind === 'stale')
  return finding({
    subject: gatewaySubject(gateway),
    confidence: about.confidence ?? 'inferred',
    severity: onlyOld ? 'warning' : 'error',
    args: {
      fault,
      listener: listener.name,
      protocol: listener.protocol,
      port: listener.port,
      host: listener.hostname ?? 'any',
      attached: listener.status?.attached ?? null,
      secret: about.secret ?? '',
      where: about.where ?? '',
      other: about.other ?? '',
      first: said,
    },
    evidence: [
      {
        kind: 'config',
        object: gatewaySubject(gateway),
        path: `spec.listeners[${gateway.listeners.indexOf(listener)}]`,
        lines: [
          `- name: ${listener.name}`,
          `  port: ${listener.port}`,
          `  protocol: ${listener.protocol}`,
          ...(listener.hostname === null ? [] : [`  hostname: ${listener.hostname}`]),
        ],
        at: 0,
        mark: listener.name,
        label: labelOf(fault),
      },
      ...saysOf('its controller', bad),
    ],
    symptoms: [gatewayFails(gateway, listener.name)],
    causes: [gatewayFails(gateway), ...routes.map(gatewayRouteFails)],
  })
}

function labelOf(fault: Fault): string {
  const labels: Readonly<Record<Fault, string>> = {
    'no-grant': 'its certificate stands in another namespace',
    same: 'there is another of this port, protocol and host',
    'no-certificate': 'no certificateRefs',
    secret: 'its certificate is not there',
    status: 'this one',
  }
  return labels[fault]
}
