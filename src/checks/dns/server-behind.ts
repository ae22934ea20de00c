import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some, told } from '../../phrases.ts'
import { type Behind, behindTheTimes, isOldView } from '../../relations/dns/behind-the-times.ts'
import { denialTime, mostDenial } from '../../relations/dns/denial-time.ts'
import { logEvidence, type Signed, signsOf } from '../../relations/dns/server-log-signs.ts'
import { dnsWatchEnded, nameWrong } from '../../relations/symptom.ts'

/**
 * A watch that ended and did not come back leaves a server with what it knew: it stays ready, and gives out addresses
 * of pods that are gone, where its neighbours have the new ones. Clients meet it by chance.
 */
export default check({
  code: 'DNS190',
  slug: 'dns/server-behind',
  title: 'a DNS server hears of no changes any more',
  fine: 'DNS servers say the same of Services',
  severity: 'error',
  needs: ['clusterDns', 'nameAnswers', 'services'],
  wants: ['endpointSlices', 'dnsServerLogs'],
  remedies: [],
  decides: ['DNS-36'],
  doubts: true,

  run({ clusterDns, nameAnswers, services, endpointSlices, dnsServerLogs }) {
    const asked = nameAnswers.answers.filter((it) => it.reason.kind === 'service' && it.server.pod !== null)
    if (new Set(asked.map((it) => it.server.pod)).size < 2)
      return notApplicable('fewer than two DNS servers were asked for names of Services')
    const behind = behindTheTimes(nameAnswers, services, endpointSlices)
    const headless = services.filter((it) => it.clusterIP === 'None')
    if (behind.length === 0 && headless.length > 0 && !endpointSlices.known)
      return cannotTell(endpointSlices.why.reason, `what headless Services lead to: ${endpointSlices.why.detail}`)
    if (behind.length === 0) return ok(asked.length)
    const text = clusterDns.corefile
    const kept = text.known ? denialTime(askedCorefile(text.value, clusterDns), clusterDns.domain)?.seconds : undefined
    const signs = signsOf(dnsServerLogs, clusterDns.pods, 'watch-ended', 'api-unreachable')
    const told = behind.flatMap((it) => {
      const own = signs.filter(({ log }) => log.pod === it.pod)
      return own.length === 0 && !isOldView(it, kept ?? mostDenial) ? [] : [verdict(it, own, clusterDns.pods)]
    })
    const [first] = behind
    if (told.length === 0 && !dnsServerLogs.known) return cannotTell(dnsServerLogs.why.reason, dnsServerLogs.why.detail)
    return told.length > 0 || first === undefined
      ? told
      : cannotTell(
          'ambiguous',
          `${first.pod} says of ${some(first.services.map(full))} something else than the others, and its log ` +
            'does not say why (DNS165)',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DNS server ${on.name} hears of no changes any more: what it says of ${some(args.services)} is not what the ` +
      'API and the other servers say.',
    detail: ({ args }) =>
      (args.said === null ? '' : `${told(args.said)} · `) +
      `wrong: ${count(args.services.length, 'Service')} of those asked for` +
      (args.right === 0 ? '' : ` · right: ${args.right}, all of them older`),
    note: ({ args }) =>
      args.said === null
        ? 'no cache keeps a denial for as long as these Services are there: it has what was there before them, and ' +
          'stays ready; its log does not say why'
        : 'its watch of the API server ended and did not come back: it stays ready, and answers with what it knew ' +
          'before',
    help: ({ subject: on }) => [
      `see what keeps ${on.name} from the API server (its node, a firewall, a policy), then start it again`,
      `kubectl -n ${on.namespace} logs ${on.name} --tail=20`,
      `kubectl -n ${on.namespace} delete pod ${on.name}`,
    ],
  },
})

function verdict(one: Behind, signs: readonly Signed[], pods: readonly Pod[]) {
  const { pod, services, right } = one
  const home = pods.find((it) => it.name === pod)
  return finding({
    subject: subject('Pod', home?.namespace ?? 'kube-system', pod),
    also: home?.node === undefined || home.node === null ? [] : [subject('Node', null, home.node)],
    confidence: signs.length > 0 ? 'observed' : 'inferred',
    args: {
      said: signs[0]?.sign.said ?? null,
      services: services.map(full),
      right: isOldView(one, 0) ? right.length : 0,
    },
    evidence: [
      ...(signs.length === 0 ? [] : [logEvidence(signs)]),
      ...services.slice(0, 4).map((it) => ({
        kind: 'fact' as const,
        label: `wrong at ${pod}`,
        value: `${full(it)}${it.youngSeconds === undefined ? '' : `, made ${it.youngSeconds} s before`}`,
      })),
    ],
    causes: [...services.map(nameWrong), dnsWatchEnded(pod)],
  })
}
