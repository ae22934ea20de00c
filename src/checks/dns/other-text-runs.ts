import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { known } from '../../model/known.ts'
import { full, some } from '../../phrases.ts'
import { wordsOf } from '../../relations/dns/answered-by-another.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { runningCorefile } from '../../relations/dns/running-corefile.ts'
import { textInForce } from '../../relations/dns/text-in-force.ts'
import { namedServices } from '../../relations/dns/unserved-names.ts'
import {
  dnsAnswersErrors,
  dnsLossInPod,
  dnsLossOnNode,
  dnsUpstreamSilent,
  nameWrong,
  suffixEnds,
} from '../../relations/symptom.ts'
import { restart, serverArgs } from './server-words.ts'

/**
 * kubelet brings a ConfigMap to a pod within a minute or so, and `reload` looks every 30 s (45 s with its jitter):
 * until then the servers go by the text from before, and after a refused one for ever. What is wrong in it is not to be
 * found in the ConfigMap.
 */
export default check({
  code: 'DNS211',
  slug: 'dns/other-text-runs',
  title: 'the DNS servers run another text than is stored, and fail',
  fine: 'the DNS servers run the Corefile that is stored, or answered what was asked of them',
  severity: 'error',
  needs: ['clusterDns', 'dnsProbe'],
  wants: ['coreDnsWindows', 'dnsServerLogs', 'nameAnswers', 'services', 'endpointSlices', 'namespaces', 'pods'],
  remedies: [],
  decides: [],
  reads: 'stored-corefile',

  run({ clusterDns, dnsProbe, coreDnsWindows, dnsServerLogs, ...given }) {
    const { nameAnswers, services, endpointSlices, namespaces, pods } = given
    if (!clusterDns.corefile.known) return notApplicable('the Corefile was not read')
    const inForce = textInForce(clusterDns, coreDnsWindows, dnsServerLogs)
    if (inForce === 'unknown') return notApplicable('no server tells which text it runs')
    if (inForce === 'yes') return ok(clusterDns.pods.length)
    const running = runningCorefile(clusterDns, clusterDns.corefile.value, coreDnsWindows, dnsServerLogs)
    const others = running.kind === 'another' ? running.pods : []
    const named = namedServices(clusterDns, services, endpointSlices, namespaces)
    const told = wordsOf({ probe: known(dnsProbe), names: nameAnswers, named })
    const bad = [
      ...told.words.filter((it) => it.wrong >= least && it.right === 0).map((it) => ({ ...it, of: it.wrong })),
      ...erring(dnsProbe),
    ]
    const wrong = told.services.map((it) => it.service)
    // Names of Services may be all that is wrong.
    if (bad.length === 0 && !nameAnswers.known)
      return cannotTell(
        nameAnswers.why.reason,
        `${some(others)} run another text than is stored, and what they say of Services is not known`,
      )
    if (bad.length === 0)
      return ok(others.length, `${some(others)} run another text than is stored, and answer what was asked`)
    const nodes = [...new Set(bad.map((it) => it.node))].toSorted()
    const clients = (pods.known ? pods.value : []).filter((it) => it.node !== null && nodes.includes(it.node))
    const isOutside = bad.some((it) => it.role === 'outside')
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'observed',
      args: {
        ...serverArgs(clusterDns),
        servers: others,
        of: clusterDns.pods.length,
        nodes,
        cluster: bad.some((it) => it.role !== 'outside'),
      },
      evidence: [
        { kind: 'fact', label: 'run another text than is stored', value: some(others) },
        ...[...Map.groupBy(bad, (it) => `${it.node} ${it.role === 'outside'}`).values()].slice(0, 6).map(shareOf),
      ],
      causes: [
        ...nodes.flatMap((it) => [dnsLossOnNode(it), `dns-external:node/${it}`, suffixEnds(it)]),
        dnsAnswersErrors,
        ...(isOutside ? ['dns-external:*', dnsUpstreamSilent] : []),
        ...wrong.map(nameWrong),
        ...clients.flatMap((it) => [dnsLossInPod(it), `name-in-pod:${full(it)}/*`, `dns-server-in-pod:${full(it)}/*`]),
      ],
    })
  },

  words: {
    headline: ({ args }) =>
      `The DNS servers still run another Corefile than is stored: ${args.cluster ? 'names of the cluster' : 'names'} ` +
      `that ${some(args.nodes)} ${args.nodes.length === 1 ? 'looks' : 'look'} up fail by a text that was not read.`,
    detail: ({ subject: on, args }) =>
      `${args.servers.length} of ${args.of} DNS servers · ${on.kind} ${on.namespace}/${on.name} holds another text, ` +
      'by the hash that the servers tell',
    note: () =>
      'a ConfigMap comes to the pods within some 90 s, and the plugin `reload` looks every 30 s or so: a line that ' +
      'was taken out stays in force until then, and for good where the servers refuse the new text',
    help: ({ subject: on, args }) => [
      'wait two minutes and look again; if they run the old text still, restart them',
      ...restart(on.namespace, args),
      `kubectl -n ${on.namespace} logs -l ${args.podLabels} --tail=-1 | grep -i -E "reload|SHA512"`,
    ],
  },
})

/** One answer may be from a moment before a change. */
const least = 2

interface Bad {
  readonly node: string
  readonly role: 'service' | 'endpoint' | 'outside'
  readonly wrong: number
  readonly of: number
}

/** Nodes whose lookups of the cluster's names end in errors, and those whose lookups of others come to nothing. */
function erring(probe: DnsProbe): readonly Bad[] {
  const nodes = [...new Set(probe.series.map((it) => it.node))]
  return nodes.flatMap((node): readonly Bad[] => {
    const inside = lossOf(seriesOf(probe, { node, zone: 'cluster' }))
    const outside = lossOf(seriesOf(probe, { node, zone: 'external' }))
    return [
      ...(inside.erring >= least && nearlyAll(inside.erring, inside.of)
        ? [{ node, role: 'service' as const, wrong: inside.erring, of: inside.of }]
        : []),
      ...(outside.unanswered >= least && nearlyAll(outside.unanswered, outside.of)
        ? [{ node, role: 'outside' as const, wrong: outside.unanswered, of: outside.of }]
        : []),
    ]
  })
}

function shareOf(its: readonly Bad[]): Evidence {
  const [first] = its
  const sum = (of: 'wrong' | 'of'): number => its.reduce((total, it) => total + it[of], 0)
  return {
    kind: 'fact',
    label: `${first?.role === 'outside' ? 'names outside' : 'names of the cluster'} from ${first?.node ?? 'a node'}`,
    value: `${sum('wrong')} of ${sum('of')} lookups denied or in vain`,
  }
}
