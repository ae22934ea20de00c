import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside } from '../../model/beside.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { full, some } from '../../phrases.ts'
import { takesHost } from '../../relations/ingress/ingress-routes-to-service.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { secretFault } from '../../relations/tls-secrets.ts'
import { outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * A host that stands in the rules and in none of `spec.tls` is served with whatever certificate the controller has by
 * default: browsers refuse it.
 */
export default check({
  code: 'ING335',
  slug: 'ingress/host-without-tls',
  title: 'a host of an Ingress is in none of its certificates',
  fine: 'Ingresses with certificates have one for each of their hosts',
  severity: 'warning',
  needs: ['ingresses'],
  wants: ['ingressesBeside', 'beside'],
  remedies: [],
  decides: ['ING-10'],

  run({ ingresses, ingressesBeside, beside, scope: { target } }) {
    const withTls = ingresses.filter((it) => it.tls !== undefined && it.tls.every((one) => one.hosts.length > 0))
    if (withTls.length === 0) return notApplicable('no Ingress here names hosts for its certificates')
    const url = target.kind === 'object' && target.url !== null ? URL.parse(target.url) : null
    const covered = withBeside(ingresses, ingressesBeside)
      .flatMap((it) => it.tls ?? [])
      .flatMap((it) => it.hosts)
    const found = withTls.flatMap((ingress) => {
      const bare = [...new Set(ingress.rules.flatMap((it) => it.host ?? []))].filter(
        (host) => !covered.some((it) => takesHost(it, host)),
      )
      const asked = url !== null && url.protocol === 'https:' && bare.some((it) => takesHost(it, url.hostname))
      const missed = missesAll(ingress, bare) && !isFit(ingress, bare, beside)
      return bare.length === 0 ? [] : [verdict(ingress, bare, { asked, missed })]
    })
    return found.length > 0 ? found : ok(withTls.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} has certificates, and none for ${some(args.hosts, 2)}: the controller shows its ` +
      'default one.',
    detail: ({ args }) => `hosts in spec.tls: ${some(args.covered)}`,
    note: () =>
      'over plain HTTP the host is served; with a certificate in spec.tls, ingress-nginx redirects to https for ' +
      'the hosts named there alone',
    help: ({ subject: on, args }) => [
      'add the host to spec.tls, with a Secret whose certificate has it',
      `openssl s_client -connect ${args.hosts[0] ?? ''}:443 -servername ${args.hosts[0] ?? ''} </dev/null | ` +
        'openssl x509 -noout -subject -ext subjectAltName',
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

/** What stands in spec.tls is for none of its hosts: a slip, or a copy, and no host for plain HTTP beside others. */
function missesAll({ rules, tls = [] }: Ingress, bare: readonly string[]): boolean {
  const own = new Set(rules.flatMap((it) => it.host ?? []))
  return tls.length > 0 && own.size > 0 && own.size === bare.length
}

/** Some controllers choose a certificate by its names, whatever spec.tls says: one of its Secrets is for the hosts. */
function isFit({ namespace, tls = [] }: Ingress, hosts: readonly string[], beside: Known<Beside>): boolean {
  return (
    beside.known &&
    tls.some(
      ({ secret }) => secret !== null && secretFault(beside.value, { namespace, name: secret, hosts }) === 'fine',
    )
  )
}

interface Weight {
  readonly asked: boolean
  readonly missed: boolean
}

function verdict(ingress: Ingress, hosts: readonly string[], { asked, missed }: Weight) {
  const covered = (ingress.tls ?? []).flatMap((it) => it.hosts)
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    // One host may be for plain HTTP on purpose; who asks for it over TLS misses it, and so does each host of all.
    severity: asked || missed ? 'warning' : 'info',
    args: { hosts, covered },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: 'spec.tls',
        lines: ['tls:', `- hosts: [${some(covered, 5)}]`],
        at: 1,
        mark: 'hosts:',
        label: `no ${hosts[0] ?? ''}`,
      },
    ],
    causes: asked ? [outsideFails(ingress)] : [],
  })
}
