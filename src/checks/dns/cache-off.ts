import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { corefileEvidence, corefileObject, rootServers } from '../../relations/dns/corefile-text.ts'
import { type CorefilePlugin, zoneOf } from '../../wire/corefile.ts'
import { readableCorefile } from './readable-corefile.ts'

/** Without `cache` each outside lookup is one of the upstream's too, and each slow or lost one is felt. */
export default check({
  code: 'DNS122',
  slug: 'dns/cache-off',
  title: 'CoreDNS asks its upstream for every lookup: it has no cache',
  fine: 'CoreDNS keeps what its upstream answered',
  severity: 'warning',
  needs: ['clusterDns'],
  remedies: ['corefile-edit'],
  decides: [],

  run({ clusterDns }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const { text, corefile } = read
    const forwarding = rootServers(corefile).filter(({ plugins }) =>
      plugins.some((it) => it.name === 'forward' || it.name === 'proxy'),
    )
    if (forwarding.length === 0) return notApplicable('the Corefile forwards no outside names')
    const bare = forwarding.find(({ plugins }) => !plugins.some((it) => it.name === 'cache' && keepsOutside(it)))
    if (bare === undefined) return ok(forwarding.length)
    const useless = bare.plugins.find((it) => it.name === 'cache')
    if (useless === undefined && bare.plugins.some((it) => it.name === 'import'))
      return cannotTell(
        'ambiguous',
        'the server block of outside names imports files that hopscope does not read: cache may stand there',
      )
    const forward = bare.plugins.find((it) => it.name === 'forward' || it.name === 'proxy')
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'inferred',
      args: {
        zone: bare.keys.join(' '),
        line: bare.line,
        upstream: forward?.args.slice(1).join(' ') ?? null,
        cache: useless === undefined ? null : ['cache', ...useless.args].join(' '),
      },
      evidence: [
        useless === undefined
          ? corefileEvidence(clusterDns, text, {
              line: forward?.line ?? bare.line,
              mark: 'forward',
              label: 'no `cache` beside it',
            })
          : corefileEvidence(clusterDns, text, {
              line: useless.line,
              mark: 'cache',
              label: 'keeps none of the names outside',
            }),
      ],
    })
  },

  words: {
    headline: ({ args }) =>
      `CoreDNS keeps no answers: every lookup of an outside name goes to ${args.upstream ?? 'its upstream'}.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · server block ${args.zone} (line ${args.line}) has forward ` +
      `and ${args.cache === null ? 'no cache' : `\`${args.cache}\`, which keeps none of these names`}`,
    note: ({ args }) =>
      args.cache !== null
        ? 'the first word of `cache` is a time only if it is a whole number: ' +
          '`30s` and every other word is a zone, and what is outside the zones is not kept'
        : 'one lookup of an application is up to eight queries, and most of them are the same for every pod',
    help: ({ subject: on, args }) => [
      args.cache === null ? 'add the line `cache 30` to the block' : 'make the line `cache 30`',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})

/** Whether names outside are kept: its zones hold them, and it is not told to leave them (plugin/cache setup.go). */
function keepsOutside({ args, block }: CorefilePlugin): boolean {
  const [first = ''] = args
  const zones = (/^[+-]?\d+$/.test(first) ? args.slice(1) : args).map(zoneOf)
  if (args.some((it) => /\{[$%]/.test(it))) return true
  const all = (block ?? []).some(
    (it) => it.name === 'disable' && it.args[0] === 'success' && it.args.slice(1).every((zone) => zoneOf(zone) === ''),
  )
  return !all && (zones.length === 0 || zones.includes(''))
}
