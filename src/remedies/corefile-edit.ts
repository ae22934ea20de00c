import { askedBlocks } from '../relations/dns/asked-blocks.ts'
import { isIP } from 'node:net'
import type { Finding } from '../findings/finding.ts'
import type { ClusterDns } from '../model/cluster-dns.ts'
import type { Subject } from '../model/subject.ts'
import { rootServers } from '../relations/dns/corefile-text.ts'
import { misspelt } from '../relations/dns/corefile-plugins.ts'
import { withDirectiveAfter, withoutDirectives, withWords } from '../wire/corefile-edit.ts'
import { type Corefile, type CorefilePlugin, parseCorefile } from '../wire/corefile.ts'
import { at, put, text as textOf } from '../manifest/object.ts'
import {
  type Ask,
  notOffered,
  notSeen,
  type NotOffered,
  type Objects,
  type Proposal,
  type Reload,
  type Remedy,
} from './remedy.ts'

interface Edit {
  readonly kind: 'edit'
  readonly text: string
  /** What was done to the text, beside the object's name. */
  readonly say: string
  readonly effect: string
  readonly risk: Proposal['risk']
  readonly level: 'read' | 'probe'
  readonly notes: readonly string[]
}

interface Given {
  readonly ask: Ask
  readonly dns: ClusterDns
  readonly text: string
  readonly corefile: Corefile
}

const edits: Readonly<Record<string, (given: Given) => Edit | NotOffered>> = {
  DNS108: forwardElsewhere,
  DNS114: spellRight,
  DNS121: withoutLog,
  DNS122: withCache,
}

/**
 * One line of the Corefile, and no other; then every server is watched until it has taken the new text, or refused it.
 */
export const corefileEdit: Remedy = {
  id: 'corefile-edit',
  title: 'change a line of the Corefile, and watch the servers take it',
  codes: Object.keys(edits),
  applicability: 'judgement',
  reads: ({ findings }) => configMap(findings).map((it) => ({ one: it })),
  propose,
}

function configMap(findings: readonly Finding[]): readonly Subject[] {
  return findings.slice(0, 1).flatMap((it) => (it.subject.kind === 'ConfigMap' ? [it.subject] : []))
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const code = ask.findings[0]?.code ?? ''
  const [object] = configMap(ask.findings)
  const dns = ask.model.sources.clusterDns
  const edit = edits[code]
  if (object === undefined || edit === undefined || !dns.known)
    return notOffered('where this cluster keeps its Corefile is not known')
  const key = dns.value.corefileKeys?.wanted ?? 'Corefile'
  if (key !== 'Corefile')
    return notOffered(`the servers mount key ${key} of ConfigMap ${object.namespace}/${object.name} as their Corefile`)
  const found = objects.one(object)
  if (!found.known) return notSeen(`ConfigMap ${object.namespace}/${object.name}`, found)
  const before = found.value
  const text = textOf(at(before ?? {}, 'data', 'Corefile'))
  if (before === null || text === null)
    return notOffered(`ConfigMap ${object.namespace}/${object.name} has no key Corefile`)
  const corefile = parseCorefile(text)
  const strange = corefile.problems[0]
  if (strange !== undefined)
    return notOffered(
      `the Corefile does not parse (line ${strange.line}: ${strange.text}), and what was meant there only you know`,
      `kubectl -n ${object.namespace} edit configmap ${object.name}`,
    )
  const reload = reloadOf(corefile, dns.value)
  if ('why' in reload) return reload

  const edited = edit({ ask, dns: dns.value, text, corefile })
  if (edited.kind === 'not-offered') return edited
  const wrong = refusedBy(edited.text)
  if (wrong !== null)
    return notOffered(
      `CoreDNS would not start with the Corefile that this makes: ${wrong}`,
      `kubectl -n ${object.namespace} edit configmap ${object.name}`,
    )
  return {
    kind: 'proposal',
    applicability: code === 'DNS108' ? 'needs-value' : 'judgement',
    changes: [
      {
        verb: 'replace',
        object,
        before,
        after: put(before, ['data', 'Corefile'], edited.text),
        say: edited.say,
        reload,
      },
    ],
    effect:
      `${edited.effect}. The servers take the new text by themselves within about two minutes (kubelet, ` +
      'then reload); nothing restarts',
    risk: edited.risk,
    verify: { codes: [code], target: 'dns', namespace: null, level: edited.level, p99Ms: null },
    notes: edited.notes,
  }
}

/** How it will be seen that the servers have taken a new text. Without `reload` none of them ever would. */
function reloadOf({ servers }: Corefile, dns: ClusterDns): Reload | NotOffered {
  const plugins = servers.flatMap((it) => it.plugins)
  if (!plugins.some((it) => it.name === 'reload'))
    return notOffered(
      'the Corefile has no `reload`: a change would wait for the next restart of each server, ' +
        'and break or help it then',
      'add `reload`, and restart the servers once: hopscope explain corefile-edit',
    )
  const port = Number(/:(\d+)$/.exec(plugins.find((it) => it.name === 'prometheus')?.args[0] ?? ':9153')?.[1])
  if (!plugins.some((it) => it.name === 'prometheus'))
    return notOffered(
      'the Corefile has no `prometheus`, so that nobody would see whether the servers take the change or refuse it',
      'by hand, with an eye on their logs: hopscope explain corefile-edit',
    )
  if (dns.service?.selector === null || dns.service === null)
    return notOffered('the DNS Service has no selector, so the servers that must take the change are not known')
  return { namespace: dns.service.namespace, labels: dns.service.selector, port, ...byOf(dns) }
}

function byOf({ workload }: ClusterDns): Pick<Reload, 'by'> {
  return workload === null ? {} : { by: { kind: workload.kind, name: workload.name } }
}

/** What no CoreDNS starts with, as far as the text shows it; null when nothing is seen. */
function refusedBy(text: string): string | null {
  const { problems, servers } = parseCorefile(text)
  const [problem] = problems
  if (problem !== undefined) return `line ${problem.line}: ${problem.text}`
  const typo = servers.flatMap((it) => it.plugins).find((it) => misspelt(it.name) !== null)
  return typo === undefined ? null : `line ${typo.line}: there is no plugin \`${typo.name}\``
}

const layout = notOffered(
  "the Corefile is laid out in a way in which hopscope can't change one line and be sure of the others",
  'by hand: hopscope explain corefile-edit',
)

function withCache({ text, corefile, dns }: Given): Edit | NotOffered {
  const server = rootServers(askedBlocks(corefile, dns)).find(
    ({ plugins }) => plugins.some((it) => it.name === 'forward') && !plugins.some((it) => it.name === 'cache'),
  )
  const forward = server?.plugins.find((it) => it.name === 'forward')
  if (forward === undefined) return notOffered('the Corefile has a `cache` in every block that forwards outside names')
  if (server?.plugins.some((it) => it.name === 'import') === true)
    return notOffered(
      'the block imports files that hopscope does not read: a `cache` may stand there, and CoreDNS refuses two',
    )
  const edited = withDirectiveAfter(text, forward, 'cache 30')
  if (edited === null) return layout
  return {
    kind: 'edit',
    text: edited,
    say: '+ cache 30',
    level: 'read',
    effect:
      'answers are kept for 30 s at most, or their TTL if that is less, ' +
      'so most lookups no longer wait for the upstream',
    risk: {
      level: 'low',
      why:
        'a change of an outside record is seen up to 30 s later; ' +
        'about 10 MB of memory for a full cache on each server',
    },
    notes: [],
  }
}

function withoutLog({ text, corefile }: Given): Edit | NotOffered {
  const gone = corefile.servers.flatMap((it) => it.plugins).filter((it) => it.name === 'log' && writesAnswers(it))
  if (gone.length === 0) return notOffered('no server block writes every query to the log any more')
  const edited = withoutDirectives(text, gone)
  if (edited === null) return layout
  return {
    kind: 'edit',
    text: edited,
    say: `- log (line ${[...new Set(gone.map((it) => it.line))].join(', ')})`,
    level: 'read',
    effect: 'queries are no longer written to the log; errors still are, where `errors` stands',
    risk: { level: 'low', why: 'whoever counts queries from these lines has none any more' },
    notes: ['failures alone are few: `log . { class denial error }` by hand, if you want them'],
  }
}

/** As DNS121 judges it: without a `class` it is all; `denial` and `error` alone are few. */
function writesAnswers({ block }: CorefilePlugin): boolean {
  const classes = (block ?? []).filter((it) => it.name === 'class').flatMap((it) => it.args)
  return classes.length === 0 || classes.includes('all') || classes.includes('success')
}

/**
 * One word where there is no doubt which plugin was meant: a brace that is missing has many places where it may go.
 */
function spellRight({ text, corefile }: Given): Edit | NotOffered {
  const typo = corefile.servers
    .flatMap((it) => it.plugins)
    .map((it) => ({ plugin: it, meant: misspelt(it.name) }))
    .find((it) => it.meant !== null)
  if (typo?.meant == null)
    return notOffered(
      'what is missing in the Corefile only you know: nothing in it is merely misspelt',
      'hopscope explain DNS114',
    )
  const edited = withWords(text, typo.plugin, [typo.meant, ...typo.plugin.args])
  if (edited === null) return layout
  return {
    kind: 'edit',
    text: edited,
    say: `${typo.plugin.name} -> ${typo.meant} (line ${typo.plugin.line})`,
    level: 'read',
    effect: `line ${typo.plugin.line} names the plugin \`${typo.meant}\`, and servers start with this text again`,
    risk: {
      level: 'medium',
      why: 'the servers that run have never taken this text: with it come all changes that were made since',
    },
    notes: ['read the whole Corefile before you apply this: what else was changed with the slip takes effect as well'],
  }
}

/** The upstream is for the user to name: which server may be asked from this network hopscope can't know. */
function forwardElsewhere({ ask, dns, text, corefile }: Given): Edit | NotOffered {
  const forward = rootServers(askedBlocks(corefile, dns))
    .flatMap((it) => it.plugins)
    .find((it) => it.name === 'forward')
  if (forward === undefined) return notOffered('no server block of the zone `.` forwards anything')
  if (ask.values.length === 0)
    return notOffered(
      'which server CoreDNS may ask instead hopscope cannot know',
      'name it, one or several: hopscope fix DNS108 --remedy corefile-edit --value 10.0.0.2 --probe --plan',
    )
  const refusal = ask.values.map((it) => badUpstream(it, dns)).find((it) => it !== null)
  if (refusal !== undefined && refusal !== null) return refusal
  const old = forward.args.slice(1)
  if (old.join(' ') === ask.values.join(' ')) return notOffered(`CoreDNS asks ${old.join(' ')} already`)
  const edited = withWords(text, forward, ['forward', forward.args[0] ?? '.', ...ask.values])
  if (edited === null) return layout
  return {
    kind: 'edit',
    text: edited,
    say: `${old.join(' ')} -> ${ask.values.join(' ')}`,
    level: 'probe',
    effect: `names outside the cluster are asked of ${ask.values.join(' and ')}, no longer of ${old.join(' and ')}`,
    risk: {
      level: 'medium',
      why: 'another server may know other names: zones that only the former one serves are no longer found',
    },
    notes: ['hopscope has not asked the new server: verification does, from every node, through CoreDNS'],
  }
}

function badUpstream(value: string, { service, pods }: ClusterDns): NotOffered | null {
  const [, ip = ''] =
    /^(?:(?:dns|tls):\/\/)?\[?([0-9a-fA-F.:]+?)\]?(?::\d+)?$/.exec(isIP(value) === 6 ? `[${value}]` : value) ?? []
  if (isIP(ip) === 0)
    return notOffered(
      `\`${value}\` is no address of a DNS server: forward takes addresses, with a port if need be`,
      '--value 10.0.0.2, or --value 10.0.0.2:5353',
    )
  if (ip === service?.clusterIP || pods.some((it) => it.ip === ip))
    return notOffered(`${ip} is CoreDNS itself: it would ask itself, round and round`)
  return ip.startsWith('127.') || ip === '::1'
    ? notOffered(`${ip} is, in CoreDNS's pod, CoreDNS itself: it would ask itself, round and round`)
    : null
}
