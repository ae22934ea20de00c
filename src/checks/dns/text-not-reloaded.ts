import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import { some } from '../../phrases.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { isDenial } from '../../relations/dns/lookup-loss.ts'
import { runningCorefile } from '../../relations/dns/running-corefile.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { dnsAnswersDiffer, hostUnknown } from '../../relations/symptom.ts'
import { type Corefile, parseCorefile } from '../../wire/corefile.ts'
import { secondsIn } from '../../wire/go-duration.ts'
import { restart, serverArgs } from './server-words.ts'

/**
 * CoreDNS reads its Corefile when it starts, and again only by the plugin `reload`. Without it an edited ConfigMap does
 * nothing until a server restarts, for whatever reason, and then the servers answer by two texts.
 */
export default check({
  code: 'DNS212',
  slug: 'dns/text-not-reloaded',
  title: 'DNS servers are older than the Corefile, and it has no `reload`',
  fine: 'the DNS servers started after the Corefile was last written, or it is read again',
  severity: 'warning',
  needs: ['clusterDns'],
  wants: ['nameAnswers', 'coreDnsWindows', 'dnsServerLogs'],
  remedies: [],
  decides: [],
  reads: 'stored-corefile',

  run({ clusterDns, nameAnswers, coreDnsWindows, dnsServerLogs }) {
    if (!clusterDns.corefile.known)
      return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const corefile = parseCorefile(clusterDns.corefile.value)
    const reload = reloadSeconds(corefile)
    if (reload !== null && reload <= usualSeconds)
      return notApplicable('the Corefile has `reload`: DNS211 and DNS114 judge which text runs')
    const live = clusterDns.pods.filter(isLive)
    if (live.length === 0) return notApplicable('no DNS server runs')
    if (runningCorefile(clusterDns, clusterDns.corefile.value, coreDnsWindows, dnsServerLogs).kind === 'this-text')
      return ok(live.length)
    const words = wordsOf(nameAnswers)
    const old = live.filter((it) => isOlder(it, clusterDns) ?? (words.wrong.has(it.name) && words.right.size > 0))
    const wrong = old.filter((it) => words.wrong.has(it.name) && !words.right.has(it.name))
    if (wrong.length > 0 || (old.length > 0 && reload === null))
      return verdict(clusterDns, { old: wrong.length > 0 ? wrong : old, reload, words, isSeen: wrong.length > 0 })
    const isTold = live.every((it) => isOlder(it, clusterDns) !== null) || words.right.size >= live.length
    return isTold
      ? ok(live.length)
      : cannotTell(
          'ambiguous',
          `the Corefile ${reload === null ? 'has no `reload`' : `is read again each ${reload} s`}, and whether ` +
            'it was ' +
            'written after the servers started is not known',
        )
  },

  words: {
    headline: ({ args }) =>
      `${some(args.servers)} ${args.servers.length === 1 ? 'runs' : 'run'} ${args.isSeen ? '' : 'perhaps '}an older ` +
      `Corefile than is stored: ` +
      (args.reload === null
        ? `${args.servers.length === 1 ? 'it' : 'they'} started before it was last written, and it has no \`reload\`.`
        : `it is read again each ${args.reload} s.`),
    detail: ({ subject: on, args }) =>
      `${args.servers.length} of ${args.of} DNS servers · ${on.kind} ${on.namespace}/${on.name}` +
      (args.names.length === 0 ? '' : ` · wrong for ${some(args.names)}, which stands in \`hosts\``),
    note: ({ args }) =>
      args.isSeen
        ? 'what was put in or taken out since is not in force there; servers that started since go by the new text'
        : 'when it was last written is known, and not what of it was changed: where that was no line of the ' +
          'Corefile, ' +
          'nothing is wrong',
    help: ({ subject: on, args }) => [
      'restart the servers, and put `reload` into the Corefile',
      ...restart(on.namespace, args),
      `kubectl -n ${on.namespace} get pods ${args.podLabels === '' ? '' : `-l ${args.podLabels} `}-o wide ` +
        '--sort-by=.status.startTime',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml --show-managed-fields | grep -w time`,
    ],
  },
})

/** plugin/reload: 30 s with 15 s of jitter are its defaults; what is read again within two minutes needs no restart. */
const usualSeconds = 120
const defaultSeconds = 30

/** null: no block has it. One `reload` is enough for all blocks. */
function reloadSeconds({ servers }: Corefile): number | null {
  const found = servers.flatMap((it) => it.plugins).find((it) => it.name === 'reload')
  return found === undefined ? null : (secondsIn(found.args[0] ?? null) ?? defaultSeconds)
}

/** null: not known. */
function isOlder({ startedAt }: Pod, { corefileChangedAt }: ClusterDns): boolean | null {
  return startedAt === undefined || corefileChangedAt === undefined ? null : startedAt < corefileChangedAt
}

interface Words {
  readonly right: ReadonlySet<string>
  readonly wrong: ReadonlySet<string>
  readonly bad: readonly NameAnswer[]
}

/** What each server by itself says to names that stand in `hosts` of the Corefile. */
function wordsOf(names: Known<NameAnswers>): Words {
  const all = (names.known ? (names.value.fromHosts ?? []) : []).filter((it) => it.server.role === 'endpoint')
  const isRight = ({ reason, addresses }: NameAnswer): boolean =>
    reason.kind === 'hosts' && addresses.some((ip) => reason.ips.includes(ip))
  const bad = all.filter((it) => !isRight(it) && (it.answer === 'ok' || isDenial(it.answer)))
  const podsOf = (its: readonly NameAnswer[]): ReadonlySet<string> => new Set(its.flatMap((it) => it.server.pod ?? []))
  return { right: podsOf(all.filter(isRight)), wrong: podsOf(bad), bad }
}

interface Old {
  readonly old: readonly Pod[]
  readonly reload: number | null
  readonly words: Words
  readonly isSeen: boolean
}

function verdict(dns: ClusterDns, { old, reload, words, isSeen }: Old) {
  const servers = old.map((it) => it.name)
  const bad = isSeen ? words.bad.filter((it) => it.server.pod !== null && servers.includes(it.server.pod)) : []
  const names = [...new Set(bad.map((it) => it.name.replace(/\.$/, '')))]
  return finding({
    subject: corefileObject(dns),
    confidence: isSeen ? 'observed' : 'possible',
    severity: isSeen ? 'error' : 'warning',
    args: { ...serverArgs(dns), servers, of: dns.pods.length, names, reload, isSeen },
    evidence: [
      ...(dns.corefileChangedAt === undefined ? [] : [at('the ConfigMap was last written', dns.corefileChangedAt)]),
      ...old.slice(0, 4).flatMap((it) => (it.startedAt === undefined ? [] : [at(`${it.name} started`, it.startedAt)])),
      ...bad.slice(0, 4).map((it): Evidence => ({
        kind: 'fact',
        label: `${it.name.replace(/\.$/, '')} at ${it.server.pod}, from ${it.node}`,
        value: it.addresses.length > 0 ? it.addresses.join(', ') : (it.rcode ?? it.answer.toUpperCase()),
      })),
    ],
    causes: isSeen ? [dnsAnswersDiffer, ...names.map(hostUnknown)] : [],
  })
}

function at(label: string, ms: number): Evidence {
  return { kind: 'fact', label, value: new Date(ms).toISOString().replace(/\.000Z$/, 'Z') }
}
