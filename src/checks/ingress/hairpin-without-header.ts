import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Service } from '../../model/service.ts'
import { count, full, some } from '../../phrases.ts'
import { answererOf } from '../../relations/dns/answered-zones.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { settingsOf } from '../../relations/ingress/controller-settings.ts'
import { servicesByName, takesHost } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isInHosts, type ToldCall, toldCalls } from '../../relations/service/called-services.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { serviceSubject } from '../service/words.ts'

/**
 * kube-proxy takes the address of a load balancer for its own: what pods send there goes to the controller at once, and
 * nobody writes the PROXY header that this expects. With a name in the status, or `ipMode: Proxy`, it goes by way of
 * the load balancer (KEP-1860; kubernetes 66607, cert-manager 466).
 */
export default check({
  code: 'ING406',
  slug: 'ingress/hairpin-without-header',
  title: 'pods call a controller past the load balancer whose header it expects',
  fine: 'pods that call hosts of Ingresses come by way of the load balancer, or no header is expected',
  severity: 'warning',
  needs: ['beside', 'ingressControllers', 'ingresses', 'services', 'pods'],
  wants: ['clusterDns', 'ingressClasses'],
  remedies: [],
  decides: [],

  run({ beside, ingressControllers, ingresses, services, pods, ingressClasses, clusterDns }) {
    const find = servicesByName(services)
    const classes = ingressClasses.known ? ingressClasses.value : []
    const fronts = new Map<string, Front>()
    for (const controller of ingressControllers) {
      const its = ingresses.filter((it) => controllersOf(it, ingressControllers, classes).includes(controller))
      for (const { namespace, name } of (controller.fronts ?? []).filter((it) => it.wants.length === 0)) {
        const service = find(namespace, name)
        if (service?.loadBalancer?.proxyProtocol !== 'asked' || fronts.has(full(service))) continue
        fronts.set(full(service), { service, its, expects: settingsOf(controller, beside)?.proxyProtocol === 'on' })
      }
    }
    if (fronts.size === 0) return notApplicable('no load balancer before a controller here is to send a PROXY header')
    // A line of the Corefile or of the pod's hosts may lead it elsewhere from inside: that is a way out of this.
    const answerer = answererOf(clusterDns)
    const calls = toldCalls(pods).filter(
      ({ pod, call }) => !isInHosts(pod, call.host) && answerer(call.host) !== 'maybe',
    )
    return [...fronts.values()].map((it) => {
      const { addresses = [], fromInside } = it.service.loadBalancer ?? {}
      // That only one of the two speaks it is ING364.
      if (!it.expects || fromInside !== undefined) return ok(1)
      if (addresses.length === 0) return cannotTell('ambiguous', `Service ${full(it.service)} has no address yet`)
      const callers = calls.filter(({ call }) => hostsOf(it.its).some((host) => takesHost(host, call.host)))
      return callers.length === 0 ? ok(1) : verdict(it, callers)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.who} ${args.count === 1 ? 'is' : 'are'} told to call ${some(args.hosts, 2)}, the address of Service ` +
      `${full(on)}: from inside no PROXY header comes, and its controller ends each connection without one.`,
    detail: ({ args }) =>
      `use-proxy-protocol is on · the status has the address ${some(args.addresses, 2)}, and no name`,
    note: () =>
      'kube-proxy leads calls to that address to the controller, past the load balancer; from outside all is well. ' +
      'cert-manager’s own test of a challenge by HTTP-01 fails alike',
    help: ({ subject: on }) => [
      'have the cloud write a name into the status (DigitalOcean: do-loadbalancer-hostname; Hetzner: hostname), or ' +
        'ipMode Proxy; or let pods call the Service behind the Ingress',
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.status.loadBalancer}'`,
    ],
  },
})

interface Front {
  readonly service: Service
  readonly its: readonly Ingress[]
  readonly expects: boolean
}

function hostsOf(ingresses: readonly Ingress[]): readonly string[] {
  return [...new Set(ingresses.flatMap((it) => it.rules.flatMap(({ host }) => host ?? [])))]
}

function verdict({ service }: Front, callers: readonly ToldCall[]) {
  const who = [
    ...new Map(callers.map(({ pod }) => workloadOfPod(pod)).map((it) => [`${it.kind} ${full(it)}`, it])).keys(),
  ]
  const [first = ''] = who
  const hosts = [...new Set(callers.map(({ call }) => call.host))]
  return finding({
    subject: serviceSubject(service),
    also: callers.slice(0, 20).map(({ pod }) => workloadOfPod(pod)),
    // The name may lead elsewhere from inside: to a CDN, or by a rewrite of the cluster's DNS.
    confidence: 'possible',
    args: {
      who: who.length === 1 ? first : count(who.length, 'workload'),
      count: who.length,
      hosts,
      addresses: service.loadBalancer?.addresses ?? [],
    },
    evidence: [
      { kind: 'fact', label: 'told to call it', value: some(who, 4) },
      { kind: 'fact', label: 'names of Ingresses', value: some(hosts, 4) },
    ],
  })
}
