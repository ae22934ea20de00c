import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { full, some } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { takesHost } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { ingressSubject } from './words.ts'

/**
 * gRPC is HTTP/2, and ingress-nginx speaks that to clients by TLS alone: `listen 80` has no `http2` (rootfs/etc/nginx/
 * template/nginx.tmpl, buildHTTPListener; docs/examples/grpc: "the ingress must be configured with TLS").
 */
export default check({
  code: 'ING402',
  slug: 'ingress/grpc-without-tls',
  title: 'gRPC is to come to ingress-nginx without TLS',
  fine: 'Ingresses for gRPC have a certificate, so that clients speak HTTP/2',
  severity: 'warning',
  needs: ['ingresses'],
  wants: ['ingressClasses', 'ingressControllers', 'ingressesBeside', 'contacts'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressClasses, ingressControllers, ingressesBeside, contacts }) {
    const grpc = ingresses.filter(
      (it) =>
        isForNginx(it, ingressClasses) && isGrpc(it) && it.nginx?.passthrough !== true && !wasAnswered(it, contacts),
    )
    if (grpc.length === 0) return notApplicable('no Ingress here that is for ingress-nginx asks for gRPC')
    const classes = ingressClasses.known ? ingressClasses.value : []
    const controllers = ingressControllers.known ? ingressControllers.value : []
    const covered = withBeside(ingresses, ingressesBeside).flatMap(hostsOfTls)
    return grpc.map((it) => {
      const hosts = [...new Set(it.rules.flatMap(({ host }) => host ?? []))]
      const bare = hosts.filter((host) => !covered.some((one) => takesHost(one, host)))
      const hasDefault = controllersOf(it, controllers, classes).some((one) => one.defaultCertificate === true)
      const isBare = hosts.length === 0 ? (it.tls ?? []).length === 0 : bare.length > 0
      return isBare && !hasDefault ? verdict(it, bare) : ok(1)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} is for gRPC, and has no certificate${args.hosts === '' ? '' : ` for ${args.hosts}`}: ` +
      'without TLS ingress-nginx speaks HTTP/1.1 to its clients.',
    detail: ({ args }) => `backend-protocol: ${args.protocol} · spec.tls names none of its hosts`,
    note: () =>
      'clients without TLS (-plaintext, insecure credentials) see their connection end, or an answer that is no ' +
      'HTTP/2; by port 443 a client that verifies no certificate comes through',
    help: ({ subject: on, args }) => [
      'name the host and a Secret in spec.tls, and have the clients speak TLS to port 443',
      `kubectl -n ${on.namespace} edit ingress ${on.name}`,
      `grpcurl -insecure ${args.host ?? on.name}:443 list`,
    ],
  },
})

function isGrpc({ nginx }: Ingress): boolean {
  return nginx?.protocol === 'GRPC' || nginx?.protocol === 'GRPCS'
}

function hostsOfTls({ tls = [], rules }: Ingress): readonly string[] {
  return tls.flatMap((it) => (it.hosts.length === 0 ? rules.flatMap(({ host }) => host ?? []) : it.hosts))
}

/** Whoever was answered well came in somehow. */
function wasAnswered(ingress: Ingress, contacts: Known<Contacts>): boolean {
  return contacts.known && requestsOf(contacts.value, ingress).some((it) => it.status !== null && !isBadEnd(it))
}

function verdict(ingress: Ingress, bare: readonly string[]) {
  const protocol = ingress.nginx?.protocol ?? 'GRPC'
  const key = 'nginx.ingress.kubernetes.io/backend-protocol'
  return finding({
    subject: ingressSubject(ingress),
    // Something before it may end TLS and speak what nginx takes; a client may not care for the certificate.
    confidence: 'possible',
    args: { hosts: bare.length === 0 ? '' : some(bare, 2), host: bare[0] ?? null, protocol },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${key}']`,
        lines: ['annotations:', `  ${key}: ${protocol}`],
        at: 1,
        mark: protocol,
        label: 'and no TLS',
      },
    ],
  })
}
