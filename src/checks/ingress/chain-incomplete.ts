import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { full, some } from '../../phrases.ts'
import { type TlsReference, tlsReferencesOf } from '../../relations/ingress/tls-references.ts'
import { heldCertificate } from '../../relations/tls-secrets.ts'

/**
 * A server sends all certificates up to the root, which it may leave out (RFC 8446, 4.4.2). Browsers fetch or remember
 * one that lacks; curl, Go, Java and Python refuse: "unable to verify the first certificate".
 */
export default check({
  code: 'ING400',
  slug: 'ingress/chain-incomplete',
  title: 'a certificate is sent without the one of who issued it',
  fine: 'with each certificate by which hosts are served stands the one of who issued it',
  severity: 'warning',
  needs: ['beside'],
  wants: ['ingresses', 'ingressClasses', 'ingressControllers', 'gateways', 'httpProxies', 'mesh'],
  remedies: [],
  decides: [],

  run({ beside, scope, ...seen }) {
    const held = tlsReferencesOf(beside, seen)
      .filter((it) => scope.namespace === null || it.by.namespace === scope.namespace)
      .flatMap((by) => {
        const certificate = heldCertificate(beside, by.namespace, by.secret)
        // Of an older recording, nobody looked.
        return certificate?.key === undefined ? [] : [{ by, issuer: certificate.issuer }]
      })
    if (held.length === 0) return notApplicable('no certificate by which a host is served was seen in a file')
    const bySecret = Map.groupBy(held, ({ by }) => `${by.namespace}/${by.secret}`)
    return [...bySecret.values()].flatMap(([first, ...rest]) => {
      if (first === undefined) return []
      const { by, issuer } = first
      if (issuer === undefined) return [ok(1)]
      if (issuer.looks === 'unsure') return [untold(by, issuer.name)]
      return [verdict([by, ...rest.map((it) => it.by)], issuer.name)]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} serves ${args.hosts} with Secret ${args.home}/${args.secret}, which lacks the ` +
      `certificate of ${args.issuer}, who issued its own.`,
    detail: () => 'tls.crt holds the certificate of the server, and none of who issued it',
    note: () =>
      'browsers fetch or remember it; curl, Go, Java, Python and Node.js refuse: “unable to verify the first ' +
      'certificate”, “unable to get local issuer certificate”',
    help: ({ subject: on, args }) => [
      `append the certificate of ${args.issuer} to tls.crt, after the server’s own (most authorities call it ` +
        'fullchain)',
      `kubectl -n ${args.home} get secret ${args.secret} -o jsonpath='{.data.tls\\.crt}' | base64 -d | ` +
        'openssl x509 -noout -subject -issuer',
      `openssl s_client -connect ${args.host ?? on.name}:443 -servername ${args.host ?? on.name} </dev/null`,
    ],
  },
})

function untold({ namespace, secret }: TlsReference, issuer: string) {
  return cannotTell(
    'ambiguous',
    `whether clients trust ${issuer} itself, whose certificate is not in Secret ${namespace}/${secret}`,
  )
}

function verdict(refs: readonly [TlsReference, ...TlsReference[]], issuer: string) {
  const [first, ...rest] = refs
  const hosts = [...new Set(refs.flatMap((it) => it.hosts))]
  return finding({
    subject: first.by,
    also: rest.slice(0, 20).map((it) => it.by),
    // Clients may have been given the certificate in the middle, and ingress-nginx be told to complete chains.
    confidence: 'possible',
    args: {
      hosts: hosts.length === 0 ? 'its hosts' : some(hosts),
      host: hosts.find((it) => !it.startsWith('*')) ?? null,
      home: first.namespace,
      secret: first.secret,
      issuer,
    },
    evidence: [
      {
        kind: 'config',
        object: first.by,
        path: first.path,
        lines: [`${first.path.slice(first.path.lastIndexOf('.') + 1)}: ${first.secret}`],
        at: 0,
        mark: first.secret,
        label: `no certificate of ${issuer} in it`,
      },
    ],
  })
}
