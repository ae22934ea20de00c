import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import type { Service } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { type ProxyBackend, proxyBackends, proxyRouteText } from '../../relations/gateway/proxy-backends.ts'
import { nearNames } from '../../relations/near-value.ts'
import { portsText } from '../../relations/service/service-endpoints.ts'
import { proxyFails } from '../../relations/symptom.ts'
import { proxySays, proxySubject, serviceEvidence } from './words.ts'

/** A route to a Service that is not there makes Contour answer 503 in its place, and call the HTTPProxy invalid. */
export default check({
  code: 'GTW722',
  slug: 'gateway/proxy-backend-missing',
  title: 'an HTTPProxy routes to a Service or a port that does not exist',
  fine: 'every HTTPProxy routes to Services that have that port',
  severity: 'error',
  needs: ['httpProxies', 'services'],
  remedies: [],
  decides: ['SVC-01'],

  run({ httpProxies, services }) {
    const backends = proxyBackends(httpProxies, services)
    if (backends.length === 0) return notApplicable('no HTTPProxy here routes to a Service')
    const near = new Map(
      [...Map.groupBy(services, (it: Service) => it.namespace)].map(
        ([namespace, its]) => [namespace, nearNames(its.map((it) => it.name))] as const,
      ),
    )
    return backends.map((it) => judge(it, near.get(it.proxy.namespace) ?? nearNames([])))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPProxy ${full(on)} routes ${args.route} to ` +
      (args.fault === 'missing'
        ? `Service \`${args.service}\`, which does not exist.`
        : `port ${args.port} of Service ${args.service}, which has no such port.`),
    detail: ({ args }) =>
      args.fault === 'port' ? `Service offers ${args.offers}` : `the closest there: ${some(args.near) || 'none'}`,
    note: ({ args }) => (args.mirror ? 'it is a mirror: requests are answered by the others' : null),
    help: ({ subject: on, args }) => [
      args.fault === 'port' ? 'name a port of the Service by its number' : 'name the Service that is meant, or make it',
      `kubectl -n ${on.namespace} get services`,
      `kubectl -n ${on.namespace} edit httpproxy ${on.name}   # ${args.path}`,
    ],
  },
})

function judge({ proxy, route, ref, state }: ProxyBackend, near: (wanted: string) => readonly string[]) {
  if (state.kind === 'there') return ok(1)
  const alike = state.kind === 'missing' ? closest(ref.name, near(ref.name)) : []
  const offers = state.kind === 'port' ? portsText(state.service) : ''
  const missing = alike.length > 0 ? `no such Service; \`${alike[0]}\` is there` : 'no such Service'
  return finding({
    subject: proxySubject(proxy),
    confidence: 'inferred',
    args: {
      fault: state.kind,
      service: ref.name,
      port: ref.port,
      route: proxyRouteText(proxy, route),
      near: alike,
      offers,
      mirror: ref.mirror === 'mirror',
      path: ref.path,
    },
    evidence: [
      serviceEvidence(proxy, ref, {
        what: state.kind === 'port' ? 'port' : 'name',
        label: state.kind === 'port' ? `Service ${ref.name} offers ${offers}` : missing,
      }),
      ...proxySays(proxy),
    ],
    causes: [proxyFails(proxy)],
  })
}
