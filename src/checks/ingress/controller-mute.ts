import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { HttpContact } from '../../model/contacts.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import { type Known, known } from '../../model/known.ts'
import type { Outside, OutsideAnswer } from '../../model/outside.ts'
import { subject } from '../../model/subject.ts'
import { full, quoted, some } from '../../phrases.ts'
import { endText, excuseOf, mutePorts, portOf } from '../../relations/ingress/http-answers.ts'
import { proxyProtocolOf } from '../../relations/ingress/proxy-protocol.ts'
import { allOfIngress, outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * A controller that ends whatever comes, for known hosts and for a host that nobody has, serves nobody who asks as the
 * probe does. With `use-proxy-protocol` that is right, as long as what stands before it speaks the PROXY protocol: then
 * plain requests tell nothing. Where the same is got through the load balancer, they tell.
 */
export default check({
  code: 'ING351',
  slug: 'ingress/controller-mute',
  title: 'a controller ends every connection without an answer',
  fine: 'the controllers answer the requests that they get',
  severity: 'warning',
  needs: ['contacts', 'ingresses'],
  wants: ['ingressControllers', 'ingressConfigs', 'outside', 'networkPolicies', 'namespaces', 'pods', 'dnsProbe'],
  remedies: [],
  decides: ['LB-10'],

  run({ contacts, ingresses, ingressControllers, ingressConfigs, outside, scope, ...seen }) {
    if (contacts.http.length === 0) return notApplicable('nothing was asked of a controller')
    const mute = mutePorts(contacts)
    const { networkPolicies, namespaces, pods, dnsProbe } = seen
    const excuse = excuseOf({ contacts: known(contacts), networkPolicies, namespaces, pods, dnsProbe, scope })
    const homes = new Map(ingressControllers.known ? ingressControllers.value.map((it) => [it.pod, it.namespace]) : [])
    const ports = [...Map.groupBy(contacts.http, portOf)]
    return ports.map(([port, its]) => {
      const [first] = its
      if (first === undefined || !mute.has(port)) return ok(1)
      const pod = first.via.controllerPod
      // Some CNIs reject what a policy denies (kube-router: port unreachable), so that it reads as refused by the pod.
      const whys = its.map((it) => excuse(it.error === 'ECONNREFUSED' ? { ...it, error: 'EHOSTUNREACH' } : it))
      const [why] = whys
      if (why !== null && why !== undefined && !whys.includes(null)) return cannotTell('ambiguous', `${pod}: ${why}`)
      // Whoever serves TLS alone refuses the other port, and rightly.
      const other = ports.find(([at, them]) => at !== port && !mute.has(at) && them[0]?.via.controllerPod === pod)
      if (other !== undefined && first.error === 'ECONNREFUSED')
        return cannotTell('ambiguous', `${pod} refuses port ${first.via.port}, and answers on another`)
      const asked = ingresses.filter(({ namespace, name }) =>
        its.some(({ ingress }) => ingress.namespace === namespace && ingress.name === name),
      )
      return judge(its, { asked, namespace: homes.get(pod) ?? null, ingressConfigs, outside })
    })
  },

  words: {
    headline: ({ subject: on, args }) => {
      const pod = `Ingress controller ${full(on)}`
      if (args.ends === 'refused') return `${pod} refuses every connection to port ${args.port}.`
      if (args.proxy !== 'wanted') return `${pod} ends every connection to port ${args.port} without an answer.`
      return args.outside === ''
        ? `${pod} expects the PROXY protocol: whether what stands before it speaks that is not seen.`
        : `${pod} expects the PROXY protocol (use-proxy-protocol), and what asks at ${args.outside} does not speak it.`
    },
    detail: ({ args }) =>
      `${args.bad} of ${args.bad} requests: ${args.how}` +
      (args.proxy === 'wanted' ? ` · listen … proxy_protocol, line ${args.line} of nginx.conf` : '') +
      (args.outside === '' ? '' : ` · ${args.outsideBad} of ${args.outsideBad} from this machine: ${args.outsideHow}`),
    note: ({ args }) => {
      if (args.ends === 'refused')
        return 'nothing listens there: the controller is down, or listens on another port than its pod declares'
      if (args.proxy === 'unknown')
        return 'its configuration was not read: it may expect the PROXY protocol (use-proxy-protocol), or be broken'
      if (args.proxy === 'not-wanted')
        return 'by its own configuration it expects no PROXY protocol: what ends the connections is in it or before it'
      return args.outside === ''
        ? 'the probe speaks plain HTTP, so that its failures say nothing; ask through the load balancer: --lb ADDRESS'
        : 'a load balancer that does speak it would be served; who comes by this address as a plain client is not'
    },
    help: ({ subject: on, args }) => [
      args.proxy === 'wanted'
        ? 'turn it on at the load balancer as well, or take use-proxy-protocol out of the ConfigMap of the controller'
        : 'read what the controller says of these connections',
      `kubectl -n ${on.namespace} logs ${on.name} --since=10m | grep -i ${quoted('PROXY protocol')}`,
      ...(args.proxy === 'wanted'
        ? [`kubectl -n ${on.namespace} get configmap -o yaml | grep -n use-proxy-protocol`]
        : [`kubectl -n ${on.namespace} describe pod ${on.name}`]),
    ],
  },
})

interface Around {
  readonly asked: readonly { readonly namespace: string; readonly name: string }[]
  readonly namespace: string | null
  readonly ingressConfigs: Known<IngressConfigs>
  readonly outside: Known<Outside>
}

function judge(its: readonly HttpContact[], { asked, namespace, ingressConfigs, outside }: Around) {
  const [first] = its
  if (first === undefined) return ok(1)
  const { controllerPod: pod, port } = first.via
  const ends = its.every((it) => it.error === 'ECONNREFUSED') ? 'refused' : 'reset'
  const proxy = proxyProtocolOf(ingressConfigs, pod)
  const out = outside.known ? outside.value.answers : []
  const outBad = out.length > 0 && out.every(gotNoHttp) ? out : []
  const harmless = ends === 'reset' && proxy.kind === 'wanted' && outBad.length === 0
  return finding({
    subject: subject('Pod', namespace ?? first.ingress.namespace, pod),
    also: asked.map(ingressSubject),
    confidence: 'observed',
    // A load balancer that says so itself is more than a machine that is not let in.
    severity: severityOf(harmless, proxy.kind === 'wanted' && outBad.some((it) => it.status !== null)),
    args: {
      ends,
      port,
      bad: its.length,
      how: some([...new Set(its.map(endText))]),
      proxy: proxy.kind,
      line: proxy.kind === 'wanted' ? proxy.line : null,
      outside: some([...new Set(outBad.map((it) => `${it.ip}:${it.port}`))]),
      outsideBad: outBad.length,
      outsideHow: some([...new Set(outBad.map(endText))]),
    },
    evidence: [
      {
        kind: 'shares',
        label: 'requests that were ended',
        rows: [...Map.groupBy(its, (it) => it.node)].map(([node, own]) => ({
          where: `from ${node} by ${pod}`,
          bad: own.length,
          of: own.length,
          note: some([...new Set(own.map(endText))]),
        })),
      },
    ],
    symptoms: [...asked.flatMap(allOfIngress), ...(outBad.length === 0 ? [] : asked.map(outsideFails))],
  })
}

/**
 * Nothing came, or who stands before the controller says that it got nothing of it, or takes none for healthy. A page
 * of nginx may be the controller's own: it then heard the request.
 */
function gotNoHttp({ status, page }: OutsideAnswer): boolean {
  return status === null || ((status === 502 || status === 503) && page?.by !== 'nginx')
}

function severityOf(harmless: boolean, proven: boolean): 'info' | 'warning' | 'error' {
  if (harmless) return 'info'
  return proven ? 'error' : 'warning'
}
