import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { LookupSeries } from '../../model/lookups.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import { count, some } from '../../phrases.ts'
import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { isDenial } from '../../relations/dns/lookup-loss.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { differing, type Differing, type ServersWord, upstreamsDiffer } from '../../relations/dns/answers-differ.ts'
import { forwardingOf } from '../../relations/dns/upstream-servers.ts'
import { dnsAnswersDiffer, hostUnknown } from '../../relations/symptom.ts'
import { type Corefile, parseCorefile } from '../../wire/corefile.ts'
import { askUpstream, byHand } from './upstream-words.ts'

/**
 * `forward` takes its servers for copies of each other: it asks one of them, by chance or in turns, and believes its
 * denial. Servers with different views behind one `forward` make a name come and go, and each cache keeps what it heard
 * for as long as the TTL says. DNS servers that run different Corefiles do the same from one lookup to the next.
 */
export default check({
  code: 'DNS188',
  slug: 'dns/answers-differ',
  title: 'a name is found and does not exist, by turns',
  fine: 'what was asked more than once was answered alike',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['nameAnswers'],
  remedies: [],
  decides: [],

  run({ dnsProbe, clusterDns, nameAnswers }) {
    const outside = dnsProbe.series.filter((it) => it.zone === 'external' && it.method !== 'getaddrinfo')
    if (outside.length === 0) return notApplicable('no name outside of the cluster was asked for')
    const found = together([...differing(dnsProbe), ...(nameAnswers.known ? upstreamsDiffer(nameAnswers.value) : [])])
    if (found.length > 0) return found.map((it) => verdict(it, clusterDns))
    const named = outside.filter((it) => !it.name.startsWith('hopscope-'))
    const answers = named.flatMap((it) => it.lookups.map((one) => one.a).filter(isAnswer))
    if (answers.length < 4)
      return cannotTell(
        'too-few',
        `${answers.length} of ${count(sum(named), 'lookup')} of names outside were answered with an address or ` +
          'a denial',
      )
    const unheard = answers.includes('ok') ? upstreamUnheard(named[0]?.name ?? '', clusterDns, nameAnswers) : null
    if (unheard !== null) return unheard
    // Nobody knows whether it should be there: in a closed network it is not.
    return answers.includes('ok')
      ? ok(answers.length)
      : cannotTell(
          'ambiguous',
          `${named[0]?.name.replace(/\.$/, '')} does not exist for CoreDNS's upstream, in each of ${answers.length} ` +
            'lookups: whether it should is not known',
          '--probe-name NAME',
        )
  },

  words: {
    headline: ({ args }) =>
      args.upstreams.length > 1
        ? `${args.name} is found and "does not exist" by turns: \`forward\` asks ${some(args.upstreams)}, ` +
          (args.isByUpstream
            ? `and of these ${some(args.deniers)} ${args.deniers.length === 1 ? 'denies' : 'deny'} it.`
            : 'and not all of them know it.')
        : `${args.name} is found and "does not exist" by turns: ` +
          (args.deniers.length > 0 && args.havers.length > 0
            ? `${some(args.deniers)} denies it, and ${some(args.havers)} has it.`
            : 'the DNS servers, or those that they ask, do not agree.'),
    detail: ({ args }) =>
      `${args.denied} of ${args.denied + args.has} lookups were told that it has no address` +
      (args.isByUpstream ? ` · ${some(args.havers)} ${args.havers.length === 1 ? 'has' : 'have'} it` : '') +
      (args.deniers.length === 0 ? '' : ` · denied by ${some(args.deniers)}`),
    note: ({ args }) => {
      if (args.upstreams.length > 1)
        return (
          '`forward` takes its servers for copies of each other and never asks a second one after a denial; each ' +
          'cache then keeps what it heard first'
        )
      return args.reloads === false
        ? 'the Corefile has no `reload`: each server runs the text that stood there when it started'
        : 'each cache keeps what it heard for as long as the TTL says; a server that started before the Corefile ' +
            'changed may run another text'
    },
    help: ({ subject: on, args }) => [
      ...(args.upstreams.length > 1
        ? [
            'let one `forward` hold servers alone that know the same names: give the zone that only some of them ' +
              'know a server block of its own',
            ...askUpstream({ upstream: args.upstreams.slice(0, 4) }, byHand(args.name)).map(
              (it) => `on a node:  ${it}`,
            ),
          ]
        : [
            'ask each server by itself, and see which is right',
            `hopscope resolve ${args.name}`,
            ...(args.reloads === false
              ? [`kubectl -n ${on.namespace} get pods -o wide --sort-by=.status.startTime`]
              : []),
          ]),
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
    ],
  },
})

function sum(series: readonly LookupSeries[]): number {
  return series.reduce((total, it) => total + it.lookups.length, 0)
}

function isAnswer(a: string): boolean {
  return a === 'ok' || a === 'nxdomain' || a === 'nodata'
}

/** The same name, told in two ways, is one fault: what upstreams say by themselves tells more. */
function together(all: readonly Differing[]): readonly Differing[] {
  return [...Map.groupBy(all, (it) => it.name).values()].flatMap((its) => {
    const [first] = its
    if (first === undefined) return []
    const total = (of: 'has' | 'denied'): number => its.reduce((most, it) => most + it[of], 0)
    return [{ ...first, words: its.flatMap((it) => it.words), has: total('has'), denied: total('denied') }]
  })
}

/**
 * What is asked again and again within the time of a cache is one answer of one upstream. null: each of them was heard,
 * or there is one alone.
 */
function upstreamUnheard(name: string, dns: ClusterDns, names: Known<NameAnswers>) {
  const forwarding = dns.corefile.known ? forwardingOf(askedCorefile(dns.corefile.value, dns), name) : null
  const to = [...new Set(forwarding?.to.map((it) => it.written))]
  if (forwarding === null || to.length < 2) return null
  const heard = new Set(
    (names.known ? (names.value.upstreams ?? []) : []).flatMap((it) =>
      it.name === name && (it.answer === 'ok' || isDenial(it.answer)) ? [it.server.ip] : [],
    ),
  )
  const unheard = forwarding.to.filter((it) => it.kind !== 'address' || !heard.has(it.ip)).map((it) => it.written)
  return unheard.length === 0
    ? null
    : cannotTell(
        'ambiguous',
        `${name.replace(/\.$/, '')} was found, maybe from a cache; \`forward\` asks ${some(to)}, and ` +
          `${some(unheard)} did not say by ${unheard.length === 1 ? 'itself' : 'themselves'} whether it is there`,
      )
}

function verdict(it: Differing, dns: ClusterDns) {
  const name = it.name.replace(/\.$/, '')
  const text = dns.corefile.known ? dns.corefile.value : null
  const corefile = text === null ? null : parseCorefile(text)
  const forwarding = corefile === null ? null : forwardingOf(corefile, name)
  const servers = it.words.filter(({ server }) => server.role === 'endpoint' || server.role === 'node-cache')
  const ofUpstreams = it.words.filter(({ server }) => server.role === 'upstream')
  const told = ofUpstreams.length > 0 ? ofUpstreams : servers
  const upstreams = [...new Set(forwarding?.to.map((one) => one.written))]
  return finding({
    subject: corefileObject(dns),
    confidence: 'observed',
    args: {
      name,
      has: it.has,
      denied: it.denied,
      upstreams,
      deniers: told.filter((one) => one.denied > 0 && one.has === 0).map(called),
      havers: told.filter((one) => one.has > 0 && one.denied === 0).map(called),
      isByUpstream: ofUpstreams.length > 0,
      reloads: corefile === null ? null : reloads(corefile),
    },
    evidence: [
      {
        kind: 'shares',
        label: `lookups of ${name} that were told that it has no address`,
        rows: it.words.map((one) => ({
          where: one.server.role === 'service' ? 'the Service' : called(one),
          bad: one.denied,
          of: one.denied + one.has,
          note: '',
        })),
      },
      ...(forwarding === null || text === null || upstreams.length < 2
        ? []
        : [
            corefileEvidence(dns, text, {
              line: forwarding.plugin.line,
              mark: 'forward',
              label: 'one of these is asked',
            }),
          ]),
    ],
    causes: [dnsAnswersDiffer, hostUnknown(name)],
  })
}

function called({ server }: ServersWord): string {
  return server.pod ?? server.ip
}

function reloads({ servers }: Corefile): boolean {
  return servers.some((it) => it.plugins.some((plugin) => plugin.name === 'reload'))
}
