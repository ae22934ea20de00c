import type { Trouble } from '../../findings/trouble.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { serviceLookupKeys } from '../dns/lookups-in-pod.ts'
import { dnsTcpLossInPod, dnsTcpUnanswered, nameWrongOf } from '../symptom.ts'
import { namesInPod, outsideInPod, serversInPod } from './inside-resolving.ts'
import { socketTroubles } from './inside-sockets.ts'
import { isDenied, needsNoNames, slowIn, weightOf, whose } from './inside-sufferer.ts'

/** What is seen inside the users' own pods: nobody's complaint is closer to the user's. */
export function insideTroubles(model: Model): readonly Trouble[] {
  return [...lookupTroubles(model), ...socketTroubles(model)]
}

function lookupTroubles(model: Model): readonly Trouble[] {
  const { insideViews, pods } = model.sources
  if (!insideViews.known) return []
  const byName = new Map((pods.known ? pods.value : []).map((it) => [`${it.namespace}/${it.name}`, it]))
  const connected = new Set<string>()
  return insideViews.value.flatMap((view) => {
    const pod = byName.get(`${view.namespace}/${view.pod}`) ?? null
    const lookups = [...ofLookup(model, view, pod), ...namesInPod(model, view, pod)]
    // Containers share the network: what one could not connect to is not told again for the next.
    const isFirst = !connected.has(`${view.namespace}/${view.pod}`)
    const tcp = isFirst ? ofTcp(view, pod) : []
    if (tcp.length > 0) connected.add(`${view.namespace}/${view.pod}`)
    // Where nothing is answered at all, that TCP is not either goes without saying.
    const all = lookups.some((it) => it.weight === 'outage')
      ? lookups
      : [...lookups, ...serversInPod(view, pod), ...outsideInPod(model, view, pod), ...tcp]
    return needsNoNames(pod, model) ? all.map((it) => ({ ...it, weight: 'sign' as const })) : all
  })
}

function ofLookup(model: Model, view: InsideView, pod: Pod | null): readonly Trouble[] {
  if (!view.lookup.known) return []
  const { name, result, tool, ms } = view.lookup.value
  const about = { ...whose(view, pod), asked: `${name} with ${tool}`, bad: 1, of: 1, ms }
  const bad = weightOf(result, pod, model)
  const own = serviceLookupKeys(view, name)
  const keys = isDenied(result) ? [...about.keys, ...own, ...nameWrongOf(name)] : [...about.keys, ...own]
  if (bad !== null) return [{ ...about, keys, kind: 'lookup-failed', how: result, weight: bad }]
  return ms >= slowIn(model, pod) && result !== 'not-asked'
    ? [{ ...about, keys, kind: 'lookup-slow', how: 'slow', weight: 'nuisance' }]
    : []
}

function ofTcp(view: InsideView, pod: Pod | null): readonly Trouble[] {
  if (!view.tcp53.known || view.tcp53.value === 'open') return []
  const about = whose(view, pod)
  const keys = [...about.keys, dnsTcpUnanswered, dnsTcpLossInPod({ namespace: view.namespace, name: view.pod })]
  const rest = { asked: 'the DNS Service, TCP port 53', how: view.tcp53.value, bad: 1, of: 1, ms: null }
  // Only answers that do not fit into UDP need TCP: most applications never notice.
  return [{ ...about, ...rest, keys, kind: 'contact-failed', weight: 'nuisance' }]
}
