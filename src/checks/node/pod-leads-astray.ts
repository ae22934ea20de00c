import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { insidePods, lookedInto } from '../../relations/dns/inside-pods.ts'
import { type LedAstray, ledAstray } from '../../relations/node/pod-own-routes.ts'
import { routeLine } from '../../relations/node/way-to.ts'
import { servicesBehindAddress } from '../../relations/path/claimed-by-ways.ts'
import { calleeOutOfReach, dnsLossInPod, stoppedOnTheWay, unready } from '../../relations/symptom.ts'
import { unseenPods } from '../dns/inside-words.ts'

/**
 * A pod has a network of its own, and a routing table that any of its containers with NET_ADMIN may change: a VPN's
 * sidecar, a kill switch, a second interface that takes the default route. What it sends then goes elsewhere before any
 * node, policy or Service has a say.
 */
export default check({
  code: 'NOD545',
  slug: 'node/pod-leads-astray',
  title: "a pod's own routing table leads its packets astray",
  fine: 'what pods call and answer leaves them by the interface that the network gave them',
  severity: 'error',
  needs: ['pods', 'insideViews'],
  wants: ['services', 'endpointSlices', 'clusterDns', 'crossings', 'contacts', 'nodes'],
  remedies: [],
  decides: [],

  run({ pods, insideViews, ...around }) {
    const looked = insidePods(pods, insideViews).filter(({ pod }) => !pod.hostNetwork)
    const byPod = Map.groupBy(looked, ({ pod }) => pod)
    const read = looked.flatMap((it) =>
      it.view.routes?.known === true ? [{ ...it, routes: it.view.routes.value, looked: byPod.get(it.pod) ?? [] }] : [],
    )
    if (read.length === 0) {
      const why = looked.flatMap(({ view }) => (view.routes?.known === false ? [view.routes.why] : []))[0]
      if (why !== undefined) return cannotTell(why.reason, why.detail)
      return unseenPods({ known: true, value: insideViews }) ?? notApplicable('the routes of no pod were read')
    }
    const judged = read.map((it) => ({ ...it, astray: ledAstray(it, around) }))
    const bad = judged.filter((it) => it.astray.length > 0)
    const [of, ofBad] = [lookedInto(judged), lookedInto(bad)]
    return judged.map((it) =>
      it.astray.length === 0 ? ok(1) : verdict(it, around.contacts, { of: of(it), bad: ofBad(it) }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pod ${full(on)} ${sentences[args.why]} ${some(args.to, 2)}: its own routing table says so.`,
    detail: ({ args }) =>
      `${args.what.join(', ')} · ${args.route}` +
      (args.how.length === 0 ? ' · nothing was sent there' : ` · from the pod: ${args.how.join(', ')}`) +
      (args.of > 1 ? ` · so in ${args.bad} of ${args.of} pods of ${args.workload} looked into` : ''),
    note: () =>
      'whatever the pod sends goes by its own table first: the node, policies and the Service have no say in it',
    help: ({ subject: on, args }) => [
      'look for who writes routes in the pod: a VPN or a proxy beside the application, an init container, a second ' +
        'interface (Multus)',
      `kubectl -n ${on.namespace} exec ${on.name} -- cat /proc/net/route`,
      ...(args.why === 'elsewhere'
        ? ["give the VPN routes that leave the cluster's ranges of pods and Services out"]
        : []),
    ],
  },
})

const sentences: Readonly<Record<LedAstray['why'], string>> = {
  refused: 'drops or refuses what it sends to',
  'no-route': 'has no route to',
  elsewhere: 'sends past the network of pods what is for',
}

type Looked = ReturnType<typeof insidePods>[number] & { readonly astray: readonly LedAstray[] }

function verdict(
  { pod, workload, view, astray: its }: Looked,
  contacts: Parameters<typeof servicesBehindAddress>[1],
  replicas: { readonly of: number; readonly bad: number },
) {
  const [first] = its
  const why = first?.why ?? 'refused'
  const same = its.filter((it) => it.why === why)
  const has = (as: LedAstray['as']): boolean => its.some((it) => it.as === as)
  const how = [...new Set(its.flatMap((it) => it.how ?? []))]
  return finding({
    subject: subject('Pod', pod.namespace, pod.name),
    also: [workload],
    confidence: how.length > 0 && why !== 'elsewhere' ? 'observed' : 'inferred',
    args: {
      why,
      to: [...new Set(same.map((it) => it.ip))],
      what: [...new Set(same.map((it) => it.what))],
      route: routeText(first),
      how,
      workload: `${workload.kind} ${full(workload)}`,
      ...replicas,
    },
    evidence: [
      {
        kind: 'log',
        source: `/proc/net/route in pod ${full(pod)}`,
        lines: (view.routes?.known === true ? view.routes.value : []).slice(0, mostLines).map(routeLine),
      },
    ],
    causes: [
      ...(has('nameserver') ? [dnsLossInPod(pod)] : []),
      ...(has('callee') ? [calleeOutOfReach(workload)] : []),
      ...(has('client') ? [stoppedOnTheWay(pod), unready(pod), ...servicesBehindAddress(pod.ip ?? '', contacts)] : []),
    ],
  })
}

const mostLines = 12

function routeText(it: LedAstray | undefined): string {
  const route = it?.route ?? null
  return route === null ? 'no route, and no default route' : `the route for it there: ${routeLine(route)}`
}
