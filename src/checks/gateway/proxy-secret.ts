import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import { full, some } from '../../phrases.ts'
import { notListed } from '../../relations/gateway/grants.ts'
import { isDelegated } from '../../relations/gateway/proxies.ts'
import { proxyFails } from '../../relations/symptom.ts'
import { proxySays, proxySubject } from './words.ts'

/** An HTTPProxy may serve with the Secret of another namespace only where a TLSCertificateDelegation there says so. */
export default check({
  code: 'GTW724',
  slug: 'gateway/proxy-secret',
  title: 'an HTTPProxy may not use the Secret that it names',
  fine: 'every Secret of another namespace is delegated to the HTTPProxy that names it',
  severity: 'error',
  needs: ['httpProxies', 'tlsDelegations', 'gatewayApi'],
  remedies: [],
  decides: [],

  run({ httpProxies, tlsDelegations, gatewayApi, scope }) {
    const all = httpProxies.map((proxy) => ({
      proxy,
      delegated: isDelegated(proxy, tlsDelegations, { api: gatewayApi, scope }),
    }))
    const crossing = all.filter((it) => it.delegated !== null)
    if (crossing.length === 0) return notApplicable('no HTTPProxy here names a Secret of another namespace')
    return crossing.map(({ proxy, delegated }) => {
      if (delegated === 'yes') return ok(1)
      const where = proxy.host?.tls?.namespace ?? ''
      if (delegated === 'maybe') return notListed('TLSCertificateDelegation', where, gatewayApi)
      return verdict(
        proxy,
        where,
        tlsDelegations.filter((it) => it.namespace === where).map((it) => it.name),
      )
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPProxy ${full(on)} names Secret ${args.where}/${args.secret}, ` +
      `which namespace ${args.where} does not delegate to it.`,
    detail: ({ args }) =>
      `host ${args.host} · ` +
      (args.there.length === 0
        ? `namespace ${args.where} has no TLSCertificateDelegation`
        : `TLSCertificateDelegations there, none of which fits: ${some(args.there)}`),
    note: () => 'Contour does not serve the host over TLS without it',
    help: ({ subject: on, args }) => [
      `make a TLSCertificateDelegation in namespace ${args.where} for Secret ${args.secret} ` +
        `to namespace ${on.namespace}`,
      `kubectl -n ${args.where} get tlscertificatedelegations -o yaml`,
    ],
  },
})

function verdict(proxy: HttpProxy, where: string, there: readonly string[]) {
  const secret = proxy.host?.tls?.secret ?? ''
  return finding({
    subject: proxySubject(proxy),
    confidence: 'inferred',
    args: { where, secret, host: proxy.host?.fqdn ?? '', there },
    evidence: [
      {
        kind: 'config',
        object: proxySubject(proxy),
        path: 'spec.virtualhost.tls.secretName',
        lines: ['tls:', `  secretName: ${where}/${secret}`],
        at: 1,
        mark: `${where}/${secret}`,
        label: 'not delegated',
      },
      ...proxySays(proxy),
    ],
    causes: [proxyFails(proxy)],
  })
}
