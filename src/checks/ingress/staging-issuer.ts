import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AcmeIssuer, WantedCertificate } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { type TlsReference, tlsReferencesOf } from '../../relations/ingress/tls-references.ts'

/**
 * The staging environment of an ACME server issues certificates as the real one does, of an authority that no browser
 * knows (letsencrypt.org/docs/staging-environment). cert-manager says of them that they are ready.
 */
export default check({
  code: 'ING387',
  slug: 'ingress/staging-issuer',
  title: 'an ACME server for tests issues the certificate of a host',
  fine: 'no certificate of a host comes from an ACME server for tests',
  severity: 'warning',
  needs: ['beside'],
  wants: ['ingresses', 'ingressClasses', 'ingressControllers', 'gateways', 'httpProxies', 'mesh'],
  remedies: [],
  decides: [],

  run({ beside, scope, ...seen }) {
    const wanted = (beside.certificates ?? []).filter((it) => it.issuer !== null)
    const named = tlsReferencesOf(beside, seen)
      .filter((it) => scope.namespace === null || it.by.namespace === scope.namespace)
      .flatMap((by) =>
        wanted.filter((it) => it.namespace === by.namespace && it.secret === by.secret).map((it) => ({ by, it })),
      )
    if (named.length === 0) return notApplicable('no Certificate of cert-manager in a file is for a host here')
    return named.map(({ by, it }) => {
      const issuer = issuerOf(it, beside.issuers ?? [])
      if (issuer === undefined)
        return cannotTell(
          'cut-off',
          `the file holds no ACME issuer ${it.issuer?.name ?? ''} of Certificate ${full(it)}`,
        )
      return issuer.is === 'staging' ? verdict(by, it, issuer) : ok(1)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The certificate of ${on.kind} ${full(on)} for ${some(args.hosts)} is issued by ${args.server}, ` +
      'which is for tests: browsers refuse it.',
    detail: ({ args }) => `Certificate ${args.certificate} · Secret ${args.secret} · ${args.kind} ${args.issuer}`,
    note: ({ args }) =>
      args.forTests
        ? 'the name says that the host is for tests, so that this may be on purpose'
        : 'its Certificate is Ready all the same: cert-manager does not ask whether anybody trusts the authority',
    help: ({ args }) => [
      'name an issuer of the real server in issuerRef, or in the annotation of the Ingress or Gateway',
      'then delete the Secret, so that it is issued again: cert-manager keeps one that has not run out',
      `kubectl -n ${args.home} get secret ${args.secret} -o jsonpath='{.data.tls\\.crt}' | base64 -d | ` +
        'openssl x509 -noout -issuer -dates',
    ],
  },
})

function issuerOf({ namespace, issuer }: WantedCertificate, issuers: readonly AcmeIssuer[]): AcmeIssuer | undefined {
  return issuers.find(
    (it) =>
      it.kind === issuer?.kind && it.name === issuer.name && (it.namespace === null || it.namespace === namespace),
  )
}

/** A host or a namespace that calls itself one of tests may have such a certificate on purpose. */
const ofTests =
  /(?:^|[.-])(?:dev|develop|test|testing|stag|stage|staging|qa|uat|sandbox|preview|lab|local)\d*(?:[.-]|$)/i

function verdict(by: TlsReference, it: WantedCertificate, issuer: AcmeIssuer) {
  const hosts = by.hosts.length > 0 ? by.hosts : it.hosts
  const forTests = ofTests.test(by.namespace) || (hosts.length > 0 && hosts.every((host) => ofTests.test(host)))
  return finding({
    subject: by.by,
    also: [subject('Certificate', it.namespace, it.name)],
    severity: forTests ? 'info' : 'warning',
    confidence: 'inferred',
    args: {
      hosts,
      server: issuer.server,
      certificate: full(it),
      secret: it.secret,
      home: it.namespace,
      kind: issuer.kind,
      issuer: issuer.name,
      forTests,
    },
    evidence: [
      {
        kind: 'config',
        object: subject(issuer.kind, issuer.namespace, issuer.name),
        path: 'spec.acme.server',
        lines: ['acme:', `  server: https://${issuer.server}/…`],
        at: 1,
        mark: issuer.server,
        label: 'trusted by no browser',
      },
    ],
  })
}
