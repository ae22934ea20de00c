import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { StreamRoute } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'

/**
 * Which host a client means stands in TLS, in its first message: plain TCP has no name. Of a rule that chooses by
 * `HostSNI`, on a route without `tls`, Traefik says that it is wrong, and makes no router, or one that nobody meets;
 * `*` is the one exception (pkg/server/router/tcp, "has HostSNI matcher, but no TLS on router").
 */
export default check({
  code: 'ING418',
  slug: 'ingress/sni-without-tls',
  title: 'a TCP route of Traefik chooses by a name that is in TLS alone',
  fine: 'TCP routes of Traefik that choose by a name have TLS',
  severity: 'error',
  needs: ['beside', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ beside, ingressControllers, scope }) {
    const here = (beside.streamRoutes ?? []).filter(
      (it) => it.kind === 'IngressRouteTCP' && (scope.namespace === null || it.namespace === scope.namespace),
    )
    if (here.length === 0) return notApplicable('no IngressRouteTCP is here')
    const wrong = here.filter((it) => it.unseenHosts !== undefined)
    if (wrong.length === 0) return ok(here.length)
    if (!ingressControllers.some((it) => it.crd !== undefined && it.crd.off !== true))
      return cannotTell('ambiguous', 'no pod was recognised as a Traefik that reads them')
    return wrong.map(verdict)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `IngressRouteTCP ${full(on)} chooses by host ${some(args.hosts)}, and has no TLS: no client tells it a host.`,
    detail: ({ args }) => `at ${some(args.paths)} · no \`tls\` in its spec`,
    note: () => 'Traefik says so in its log alone; on plain TCP the one rule that it takes is HostSNI(`*`)',
    help: ({ subject: on }) => [
      'let TLS through to a backend that ends it, by `passthrough: true` in `tls`; for plain TCP choose by ' +
        'HostSNI(`*`), on an entry point of its own',
      `kubectl -n ${on.namespace} edit ingressroutetcps ${on.name}`,
    ],
  },
})

function verdict({ kind, namespace, name, unseenHosts = [] }: StreamRoute) {
  const on = subject(kind, namespace, name)
  const [first] = unseenHosts
  const line = `match: HostSNI(\`${first?.host ?? ''}\`)`
  return finding({
    subject: on,
    confidence: 'inferred',
    args: { hosts: unseenHosts.map((it) => it.host), paths: unseenHosts.map((it) => it.path) },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: first?.path ?? 'spec.routes',
        lines: [line],
        at: 0,
        mark: 'HostSNI',
        label: 'and the spec has no tls',
      },
    ],
  })
}
