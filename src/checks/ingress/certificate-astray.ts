import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { WantedCertificate } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { type TlsReference, tlsReferencesOf } from '../../relations/ingress/tls-references.ts'
import { isFor, secretFault } from '../../relations/tls-secrets.ts'

/**
 * cert-manager writes into the Secret that its Certificate names, for the names that this has; the controller reads the
 * Secret that the Ingress or Gateway names. Where the two are not one, nobody says so.
 */
export default check({
  code: 'ING388',
  slug: 'ingress/certificate-astray',
  title: 'cert-manager issues another certificate than a host is served with',
  fine: 'what cert-manager issues for hosts is what they are served with',
  severity: 'warning',
  needs: ['beside'],
  wants: ['ingresses', 'ingressClasses', 'ingressControllers', 'gateways', 'httpProxies', 'mesh'],
  remedies: [],
  decides: [],

  run({ beside, scope, ...seen }) {
    const wanted = beside.certificates ?? []
    if (wanted.length === 0) return notApplicable('no Certificate of cert-manager was seen in a file')
    const all = tlsReferencesOf(beside, seen)
    const own = all.filter((it) => scope.namespace === null || it.by.namespace === scope.namespace)
    if (own.length === 0) return notApplicable('nothing here names a Secret for TLS')
    const taken = new Set(all.map((it) => `${it.namespace}/${it.secret}`))
    const free = wanted.filter((it) => !taken.has(`${it.namespace}/${it.secret}`))
    return own.flatMap((by) => {
      const held = secretFault(beside, { ...by, name: by.secret })
      // What the file holds is better than what is to be; a certificate that is not fit ING360 tells.
      if (held === 'fine') return [ok(1)]
      if (held !== 'unknown' && held.is !== 'missing') return []
      const its = wanted.filter((it) => it.namespace === by.namespace && it.secret === by.secret)
      const lacks = its.length === 1 && held === 'unknown' ? lacking(its, by) : []
      const [one] = its
      if (one !== undefined) return lacks.length === 0 ? [ok(1)] : [verdict(by, one, lacks)]
      const other = free.find((it) => it.namespace === by.namespace && by.hosts.length > 0 && isOf(it, by))
      return other === undefined ? [] : [verdict(by, other, [])]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.lacks.length > 0
        ? `${on.kind} ${full(on)} serves ${some(args.lacks)} with Secret ${args.secret}, and its Certificate ` +
          `${args.certificate} is not for that name.`
        : `${on.kind} ${full(on)} serves ${some(args.hosts)} with Secret ${args.secret}, which no Certificate makes: ` +
          `Certificate ${args.certificate} makes ${args.made} for that name, and nobody uses it.`,
    detail: ({ args }) => `Certificate ${args.certificate} · Secret ${args.made} · for ${some(args.names, 4)}`,
    note: ({ args }) =>
      args.lacks.length > 0
        ? 'clients get a certificate that is not for the host, and refuse it'
        : 'somebody may have made the Secret by hand: then nobody renews it',
    help: ({ subject: on, args }) => [
      args.lacks.length > 0
        ? `add ${some(args.lacks)} to spec.dnsNames of Certificate ${args.certificate}`
        : `let both name one Secret: ${args.made} in ${on.kind} ${full(on)}, or ${args.secret} in the Certificate`,
      `kubectl -n ${args.home} get secrets`,
      `kubectl -n ${args.home} get secret ${args.secret} -o jsonpath='{.data.tls\\.crt}' | base64 -d | ` +
        'openssl x509 -noout -dates -ext subjectAltName',
    ],
  },
})

function lacking(its: readonly WantedCertificate[], { hosts }: TlsReference): readonly string[] {
  const names = its.flatMap((it) => it.hosts)
  return names.length === 0 ? [] : hosts.filter((host) => !names.some((it) => isFor(it, host)))
}

function isOf(it: WantedCertificate, by: TlsReference): boolean {
  return it.hosts.length > 0 && lacking([it], by).length === 0
}

function verdict(by: TlsReference, it: WantedCertificate, lacks: readonly string[]) {
  return finding({
    subject: by.by,
    also: [subject('Certificate', it.namespace, it.name)],
    // A Secret that is not in the file may hold anything.
    confidence: lacks.length > 0 ? 'inferred' : 'possible',
    args: {
      lacks,
      hosts: by.hosts,
      secret: by.secret,
      certificate: full(it),
      made: it.secret,
      names: it.hosts,
      home: it.namespace,
    },
    evidence: [
      {
        kind: 'config',
        object: by.by,
        path: by.path,
        lines: [`${by.path.slice(by.path.lastIndexOf('.') + 1)}: ${by.secret}`],
        at: 0,
        mark: by.secret,
        label: lacks.length > 0 ? `no ${lacks[0] ?? ''} in its Certificate` : `the Certificate writes ${it.secret}`,
      },
    ],
  })
}
