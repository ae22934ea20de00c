import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside, WantedCertificate } from '../../model/beside.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { ObjectStatus } from '../../model/status.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, told, some } from '../../phrases.ts'
import { tlsReferencesOf } from '../../relations/ingress/tls-references.ts'
import { once, put } from '../../relations/once.ts'
import { heldCertificate } from '../../relations/tls-secrets.ts'
import { ingressSubject } from './words.ts'

/**
 * Who issues the certificate of a host says in objects of its own why it can't: cert-manager in a CertificateRequest
 * ("Referenced "Issuer" not found"), GKE in the domains of a ManagedCertificate. `issuerRef.kind` is Issuer where none
 * is said, of the Certificate's own namespace (cert-manager.io, API reference).
 */
export default check({
  code: 'ING404',
  slug: 'ingress/certificate-not-issued',
  title: 'the certificate of a host has not been issued',
  fine: 'the certificates of hosts have been issued, as those say who issue them',
  severity: 'warning',
  needs: ['beside', 'statuses'],
  wants: ['ingresses', 'ingressClasses', 'ingressControllers', 'gateways', 'httpProxies', 'mesh'],
  remedies: [],
  decides: [],

  run({ beside, statuses, scope, ...seen }) {
    const isOwn = (it: Subject): boolean => scope.namespace === null || it.namespace === scope.namespace
    const managed = (seen.ingresses.known ? seen.ingresses.value : []).flatMap((it) =>
      (it.managedCertificates ?? []).flatMap((name) => ofGke(it, name, statuses)),
    )
    const wanted = tlsReferencesOf(beside, seen)
      .filter((it) => isOwn(it.by))
      .flatMap((by) =>
        (bySecret(beside.certificates ?? none).get(`${by.namespace}/${by.secret}`) ?? []).map((it) => ({
          by: by.by,
          hosts: by.hosts,
          it,
        })),
      )
      .map((it) => ofCertManager(it, beside, statuses))
    const all = [...managed, ...wanted]
    return all.length === 0 ? notApplicable('no certificate of cert-manager or GKE in a file is for a host here') : all
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.kind} ${args.certificate}, by which ${on.kind} ${full(on)} is to serve ${args.hosts}, ${whyNot(args)}.`,
    detail: ({ args }) => (args.by === '' ? `in its status: ${args.state}` : `${args.by} says so`),
    note: ({ args }) =>
      args.is === 'gke'
        ? 'FailedNotVisible: the name has to lead to the address of this load balancer, for each of its addresses'
        : 'until it is issued, clients get another certificate, and refuse it',
    help: ({ args }) => [
      args.is === 'kind'
        ? `set kind: ${args.other} in spec.issuerRef, or at the Ingress the annotation cert-manager.io/` +
          `${args.other === 'ClusterIssuer' ? 'cluster-issuer' : 'issuer'} in place of the other`
        : 'do what the one who issues it asks for',
      `kubectl -n ${args.home} describe ` +
        `${args.is === 'gke' ? 'managedcertificate.networking.gke.io' : 'certificate.cert-manager.io'} ${args.name}`,
      ...(args.is === 'gke' ? [] : [`kubectl -n ${args.home} describe certificaterequests.cert-manager.io`]),
    ],
  },
})

interface Told {
  readonly is: 'kind' | 'said' | 'gke'
  readonly issuer: string
  readonly other: string
  readonly state: string
  readonly said: string
}

function whyNot({ is, issuer, other, state, said }: Told): string {
  if (is === 'kind') return `names ${issuer}, which does not exist: a ${other} of this name does`
  return is === 'gke'
    ? `is ${state}${said === '' ? '' : ` (${said})`}`
    : `has not been issued: ${said === '' ? 'nothing says why' : told(said)}`
}

function ofGke(ingress: Ingress, name: string, statuses: readonly ObjectStatus[]) {
  const its = managedBy(statuses).get(`${ingress.namespace}/${name}`) ?? []
  const told = its.find((it) => it.wrong)
  if (its.length === 0) return []
  if (told === undefined) return [ok(1)]
  return [
    verdict(ingressSubject(ingress), {
      is: 'gke',
      kind: 'ManagedCertificate',
      home: ingress.namespace,
      name,
      hosts: some(
        ingress.rules.flatMap((it) => it.host ?? []),
        2,
      ),
      state: told.reason,
      said: told.said,
    }),
  ]
}

interface Asked {
  readonly by: Subject
  readonly hosts: readonly string[]
  readonly it: WantedCertificate
}

function ofCertManager({ by, hosts, it }: Asked, beside: Beside, statuses: readonly ObjectStatus[]) {
  const { ready: readies, requests } = ofCertificates(statuses)
  const ready = readies.get(`${it.namespace}/${it.name}`)
  const told = requests.get(`${it.namespace}/${it.name}`)
  const other = otherKind(it, beside)
  const isIssued = ready?.state === 'True' || heldCertificate(beside, it.namespace, it.secret) !== null
  if (isIssued || (other === null && ready?.wrong !== true)) return ok(1)
  // What the Certificate itself says is told of it already, and says no more than that it is not there.
  if (other === null && told === undefined) return ok(1)
  return verdict(by, {
    is: other === null ? 'said' : 'kind',
    kind: 'Certificate',
    home: it.namespace,
    name: it.name,
    hosts: hosts.length === 0 ? 'its hosts' : some(hosts, 2),
    state: ready === undefined ? 'not said' : `Ready is ${ready.state}`,
    said: told?.said ?? '',
    by: told === undefined ? '' : `CertificateRequest ${told.name}`,
    issuer: `${it.issuer?.kind ?? 'Issuer'} ${it.issuer?.name ?? ''}`,
    other: other ?? '',
  })
}

const none: readonly WantedCertificate[] = []

const bySecret = once((all: readonly WantedCertificate[]) => Map.groupBy(all, (it) => `${it.namespace}/${it.secret}`))

const managedBy = once((statuses: readonly ObjectStatus[]) =>
  Map.groupBy(
    statuses.filter((it) => it.kind === 'ManagedCertificate'),
    (it) => `${it.namespace}/${it.name}`,
  ),
)

/** Whether each is ready, and the first of its requests that failed: thousands of them may be in one namespace. */
const ofCertificates = once((statuses: readonly ObjectStatus[]) => {
  const ready = new Map<string, ObjectStatus>()
  const requests = new Map<string, ObjectStatus>()
  for (const it of statuses) {
    if (it.group !== 'cert-manager.io') continue
    if (it.kind === 'Certificate' && it.type === 'Ready') put(ready, `${it.namespace}/${it.name}`, () => it)
    const of = it.kind === 'CertificateRequest' && it.wrong ? certificateOf(it.name) : null
    if (of !== null) put(requests, `${it.namespace}/${of}`, () => it)
  }
  return { ready, requests }
})

/** `shop-tls-1`, and of older releases `shop-tls-x7k2p` (cert-manager, pkg/controller/certificates/requestmanager). */
function certificateOf(request: string): string | null {
  const at = request.lastIndexOf('-')
  return at > 0 && /^[a-z0-9]{1,12}$/.test(request.slice(at + 1)) ? request.slice(0, at) : null
}

/** null: the one that it names is there, or neither is, or nobody looked. */
function otherKind({ namespace, issuer }: WantedCertificate, { issuerNames = [] }: Beside): string | null {
  if (issuer === null) return null
  const named = issuerNames.filter((it) => it.name === issuer.name)
  const reachable = named.filter((it) => it.kind === 'ClusterIssuer' || it.namespace === namespace)
  if (reachable.some((it) => it.kind === issuer.kind)) return null
  return reachable[0]?.kind ?? null
}

interface About {
  readonly is: Told['is']
  readonly kind: string
  readonly home: string
  readonly name: string
  readonly hosts: string
  readonly state: string
  readonly said: string
  readonly by?: string
  readonly issuer?: string
  readonly other?: string
}

function verdict(on: Subject, about: About) {
  const { by = '', issuer = '', other = '', home, name, kind } = about
  return finding({
    subject: on,
    also: [subject(kind, home, name)],
    confidence: 'inferred',
    args: { ...about, by, issuer, other, certificate: `${home}/${name}` },
    evidence: [
      {
        kind: 'fact',
        label: `${kind} ${home}/${name}`,
        value: about.is === 'kind' ? `issuerRef: ${issuer}` : about.state,
      },
      ...(about.said === '' ? [] : [{ kind: 'fact' as const, label: by === '' ? 'it says' : by, value: about.said }]),
    ],
  })
}
