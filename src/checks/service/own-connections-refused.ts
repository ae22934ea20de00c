import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { lossOf, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { policiesSelecting } from '../../relations/policy/policy-applies-to-pod.ts'
import { isSidecar } from '../../relations/service/mesh-sidecar.ts'
import { calleeOutOfReach, dnsTcpLossInPod, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * An init container, or a CNI's plugin, of a mesh leads all TCP of a pod to a proxy beside the program: where that
 * proxy does not run, the pod's own kernel refuses each connection, whomever it is for. UDP passes by.
 */
export default check({
  code: 'SVC257',
  slug: 'service/own-connections-refused',
  title: "a pod's own connections are all refused",
  fine: 'no pod that was looked into had all its connections refused',
  severity: 'error',
  needs: ['insideViews', 'pods'],
  wants: ['crossings', 'contacts', 'dnsProbe', 'networkPolicies'],
  remedies: [],
  decides: [],

  run({ insideViews, pods, crossings, contacts, dnsProbe, networkPolicies }) {
    const choosing = networkPolicies.known ? policiesSelecting(networkPolicies.value) : null
    const open = openToOthers(contacts, dnsProbe)
    const views = Map.groupBy(insideViews, (it) => `${it.namespace}/${it.pod}`)
    const calls = Map.groupBy(crossings.known ? crossings.value : [], ({ from }) => `${from.namespace}/${from.pod}`)
    const tried = pods.flatMap((pod): readonly Tried[] => {
      const its = views.get(full(pod)) ?? []
      if (pod.hostNetwork || its.length === 0) return []
      return [{ pod, ends: [...dnsEnds(its), ...(calls.get(full(pod)) ?? []).flatMap(endOf)] }]
    })
    const asked = tried.filter(({ ends }) => ends.length > 0)
    if (asked.length === 0) return notApplicable('no pod that was looked into made a connection')
    const found = asked.flatMap(({ pod, ends }) => {
      // A network may refuse what a policy denies.
      const isChosen = choosing === null || choosing(pod, 'Egress').length > 0
      const refused = ends.filter((it) => it.isRefused && open(it, pod.node))
      const isAll = refused.length > 0 && ends.every((it) => it.isRefused)
      return !isChosen && isAll ? [verdict(pod, refused, calls.get(full(pod)) ?? [])] : []
    })
    return found.length > 0 ? found : ok(asked.length)
  },

  words: {
    headline: ({ subject: on }) =>
      `Pod ${full(on)} has its own connections refused, whomever they are for, and others are answered there.`,
    detail: ({ args }) =>
      `refused inside: ${some(args.ends, 3)} · from probe pods these are open` +
      (args.waiting === null ? '' : ` · container ${args.waiting} is not ready`),
    note: () =>
      'something in the pod takes its connections: a redirect of a mesh (init container, CNI plugin) to a proxy that ' +
      'does not run, or rules in its network namespace',
    help: ({ subject: on, args }) => [
      'see whether the pod has the proxy that its init container leads to, and whether it runs',
      `kubectl -n ${on.namespace} get pod ${on.name} -o yaml`,
      `kubectl -n ${on.namespace} exec ${on.name} -- cat /proc/net/tcp`,
      `on ${args.node}:  crictl pods --name ${on.name}`,
    ],
  },
})

interface End {
  /** `198.19.0.10:53`, as far as it is known. */
  readonly ip: string | null
  readonly port: number
  readonly text: string
  readonly isRefused: boolean
}

interface Tried {
  readonly pod: Pod
  readonly ends: readonly End[]
}

function dnsEnds(views: readonly InsideView[]): readonly End[] {
  return views.flatMap(({ tcp53 }): readonly End[] =>
    tcp53.known
      ? [{ ip: null, port: 53, text: 'the DNS Service, TCP port 53', isRefused: tcp53.value === 'refused' }]
      : [],
  )
}

function endOf({ host, port, result }: Crossing): readonly End[] {
  return result === null ? [] : [{ ip: host, port, text: `${host}:${port}`, isRefused: result === 'refused' }]
}

/** Whether probe pods, of that node where one was there, opened the same address. */
function openToOthers(contacts: Known<Contacts>, probe: Known<DnsProbe>): (end: End, node: string | null) => boolean {
  return ({ ip, port }, node) => {
    if (ip === null) {
      if (!probe.known) return false
      const { of, silent } = lossOf(seriesOf(probe.value, { transport: 'tcp', ...(node === null ? {} : { node }) }))
      return of > 0 && silent === 0
    }
    const tries = (contacts.known ? contacts.value.connects : [])
      .filter((it) => it.ip === ip && it.port === port)
      .flatMap((it) => it.tries)
    return tries.length > 0 && tries.every((it) => it.result === 'open')
  }
}

function verdict(pod: Pod, refused: readonly End[], crossings: readonly Crossing[]) {
  const waiting = pod.containers.find((it) => isSidecar(it) && !it.ready)?.name ?? null
  const services = crossings.flatMap(({ to }) => (to.kind === 'service' ? [svcUnanswered(to)] : []))
  return finding({
    subject: subject('Pod', pod.namespace, pod.name),
    also: [workloadOfPod(pod)],
    confidence: refused.length > 1 ? 'observed' : 'inferred',
    severity: refused.length > 1 ? 'error' : 'warning',
    args: {
      ends: [...new Set(refused.map((it) => it.text))],
      waiting,
      node: pod.node ?? '',
    },
    evidence: [
      {
        kind: 'shares',
        label: `connections out of pod ${full(pod)}`,
        rows: refused.map((it) => ({ where: it.text, bad: 1, of: 1, note: 'refused' })),
      },
    ],
    causes: [dnsTcpLossInPod(pod), calleeOutOfReach(workloadOfPod(pod)), ...new Set(services)],
  })
}
