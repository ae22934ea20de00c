import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ControllerSettings } from '../../model/beside.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { settingsOf } from '../../relations/ingress/controller-settings.ts'
import { servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { serviceSubject } from '../service/words.ts'

/**
 * nginx that expects a PROXY header breaks off each connection without one; one that does not expect it takes the
 * header for a request, and answers 400. What a load balancer does is told by annotations of its Service, and nobody
 * compares the two.
 */
export default check({
  code: 'ING364',
  slug: 'ingress/proxy-protocol-one-sided',
  title: 'a controller and its load balancer differ about PROXY protocol',
  fine: 'controllers and their load balancers agree about PROXY protocol',
  severity: 'error',
  needs: ['beside', 'ingressControllers', 'services'],
  remedies: [],
  decides: [],

  run({ beside, ingressControllers, services }) {
    const find = servicesByName(services)
    const pairs = new Map<string, { readonly service: Service; readonly settings: ControllerSettings | null }>()
    for (const controller of ingressControllers) {
      const { namespace, fronts = [], configMap } = controller
      if (configMap === undefined) continue
      const settings = settingsOf(controller, beside)
      for (const front of fronts.filter((it) => it.type === 'LoadBalancer' && it.wants.length === 0)) {
        const service = find(namespace, front.name)
        if (service !== null) pairs.set(full(service), { service, settings })
      }
    }
    if (pairs.size === 0) return notApplicable('no load balancer before ingress-nginx was seen')
    return [...pairs.values()].map(({ service, settings }) => {
      if (settings === null) return cannotTell('cut-off', 'the ConfigMap of the controller is not in the file')
      const asked = service.loadBalancer?.proxyProtocol === 'asked'
      if (asked === (settings.proxyProtocol === 'on')) return ok(1)
      return verdict(service, settings, asked)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.asked
        ? `The load balancer of Service ${full(on)} is to send a PROXY header, and its controller expects none.`
        : `The controller behind Service ${full(on)} expects a PROXY header, ` +
          'and its load balancer is not asked to send one.',
    detail: ({ args }) =>
      `ConfigMap ${args.home}/${args.map}: use-proxy-protocol ${args.set} · ` +
      `annotations of the Service: ${args.asked ? 'one asks for it' : 'none that asks for it'}`,
    note: ({ args }) =>
      args.asked
        ? 'nginx takes the header for a request, and answers 400 to all'
        : 'nginx ends each connection that begins without one (“broken header”); the load balancer may be set up ' +
          'elsewhere',
    help: ({ subject: on, args }) => [
      args.asked
        ? 'set use-proxy-protocol: "true" in the ConfigMap, or take the annotation away'
        : 'set the annotation of your cloud for PROXY protocol at the Service, or use-proxy-protocol: "false"',
      `kubectl -n ${args.home} get configmap ${args.map} -o yaml`,
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
    ],
  },
})

function verdict(service: Service, settings: ControllerSettings, asked: boolean) {
  const set = settings.proxyProtocol === null ? 'is not set: off' : `is ${settings.proxyProtocol}`
  return finding({
    subject: serviceSubject(service),
    confidence: asked ? 'inferred' : 'possible',
    args: { asked, home: settings.namespace, map: settings.name, set },
    evidence: [
      { kind: 'fact', label: `ConfigMap ${full(settings)}`, value: `use-proxy-protocol ${set}` },
      { kind: 'fact', label: `annotations of ${full(service)}`, value: asked ? 'ask for it' : 'do not ask for it' },
    ],
  })
}
