import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { LeftOut, Service } from '../../model/service.ts'
import type { Workload } from '../../model/workload.ts'
import { count, full } from '../../phrases.ts'
import { contactsOfServices, tally } from '../../relations/service/service-contacts.ts'
import { leavingLabel, leftOutBy, ownAddress } from '../../relations/service/service-endpoints.ts'
import { nodePortUnanswered, svcUnanswered } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * kube-proxy watches Services by the selector `!service.kubernetes.io/service-proxy-name,
 * !service.kubernetes.io/headless`, whatever the value (cmd/kube-proxy/app/server.go): of one that bears either label
 * no node has a rule. The first says that another proxy does the work, and the API server asks nobody whether there is
 * one; the second is the controller's, for slices, and nobody's on a Service that has an address.
 */
export default check({
  code: 'SVC250',
  slug: 'service/left-by-proxy',
  title: 'a label takes a Service from kube-proxy, and nothing else is there',
  fine: 'no Service with an address is taken from kube-proxy',
  severity: 'error',
  needs: ['services'],
  wants: ['nodes', 'pods', 'workloads', 'contacts'],
  remedies: [],
  decides: [],

  run({ services, nodes, pods, workloads, contacts, scope }) {
    const left = services.flatMap((service) => {
      const by = leftOutBy(service)
      return by === null || ownAddress(service) === null ? [] : [{ service, by }]
    })
    if (left.length === 0)
      return services.length === 0
        ? notApplicable('no Service here')
        : ok(services.filter((it) => ownAddress(it)).length)
    const contactsOf = contactsOfServices(contacts)
    const runs = runningIn(nodes, pods, workloads)
    return left.map(({ service, by }) => {
      const value = service.labels?.[leavingLabel(by)] ?? ''
      if (contactsOf(service).some((it) => it.via.kind === 'service' && tally([it]).open > 0))
        return ok(1, `connections to ${full(service)} open: something serves it`)
      if (by === 'service-proxy-name' && runs(value))
        return ok(1, `${full(service)} is left to ${value}, which runs here`)
      const proxies = nodes.known ? nodes.value.filter((it) => it.proxy !== undefined && it.proxy !== 'none').length : 0
      return verdict(service, { by, value, proxies, isWhole: scope.namespace === null && pods.known })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.by === 'headless'
        ? `Service ${full(on)} has an address, and a label that says it is headless: kube-proxy leaves it alone.`
        : `Service ${full(on)} is left to a proxy called ${args.value === '' ? '""' : args.value}, ` +
          `and none was seen${args.whole ? '' : ' in what was read'}.`,
    detail: ({ args }) =>
      `${args.key} · address ${args.address} · ` +
      (args.proxies === 0
        ? 'whether kube-proxy runs here is not known'
        : `kube-proxy on ${count(args.proxies, 'node')}`),
    note: ({ args }) =>
      args.by === 'headless'
        ? 'the label is for slices of headless Services (clusterIP None); on any other Service it only takes it from ' +
          'the proxies'
        : 'kube-proxy makes no rule for a Service with this label, whatever its value: who asks its address waits',
    help: ({ subject: on, args }) => [
      args.by === 'headless'
        ? 'take the label off'
        : 'take the label off, so that kube-proxy serves it, or run the proxy that it names',
      `kubectl -n ${on.namespace} label service ${on.name} ${args.key}-`,
      `kubectl -n ${on.namespace} get service ${on.name} --show-labels`,
    ],
  },
})

/** Whether something of that name was seen: an agent on a node, a workload, a pod by its owner, labels or image. */
function runningIn(
  nodes: Known<readonly Node[]>,
  pods: Known<readonly Pod[]>,
  workloads: Known<readonly Workload[]>,
): (name: string) => boolean {
  const names = new Set([
    ...(nodes.known ? nodes.value.flatMap((it) => it.agent?.pod ?? []) : []),
    ...(workloads.known ? workloads.value.map((it) => it.name) : []),
    ...(pods.known ? pods.value.flatMap(namesOf) : []),
  ])
  return (name) => name !== '' && [...names].some((it) => it === name || it.startsWith(`${name}-`))
}

function namesOf({ name, owner, labels, containers }: Pod): readonly string[] {
  const images = containers.map(({ image }) => /([^/:@]+)(?:[:@][^/]*)?$/.exec(image)?.[1] ?? '')
  return [name, ...(owner === null ? [] : [owner.name]), ...Object.values(labels), ...images]
}

interface Seen {
  readonly by: LeftOut
  readonly value: string
  /** Nodes that have a pod of kube-proxy. */
  readonly proxies: number
  /** Pods of every namespace were looked at. */
  readonly isWhole: boolean
}

function verdict(service: Service, { by, value, proxies, isWhole }: Seen) {
  const isSure = proxies > 0 && (isWhole || by === 'headless')
  return finding({
    subject: serviceSubject(service),
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure ? 'error' : 'warning',
    args: { by, value, key: leavingLabel(by), address: ownAddress(service) ?? '', proxies, whole: isWhole },
    evidence: [labelEvidence(service, leavingLabel(by), value)],
    causes: [svcUnanswered(service), nodePortUnanswered(service)],
  })
}

function labelEvidence(service: Service, key: string, value: string): Evidence {
  return {
    kind: 'config',
    object: serviceSubject(service),
    path: `metadata.labels['${key}']`,
    lines: ['labels:', `  ${key}: ${value === '' ? '""' : value}`],
    at: 1,
    mark: key,
    label: 'kube-proxy watches no Service that bears it',
  }
}
