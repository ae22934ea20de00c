import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import type { CorefilePlugin } from '../../wire/corefile.ts'
import { readableCorefile } from './readable-corefile.ts'

/** A line for each query costs CoreDNS a good part of its CPU, and whoever stores the lines their disk. */
export default check({
  code: 'DNS121',
  slug: 'dns/log-plugin-on',
  title: 'CoreDNS writes every query to its log',
  fine: 'CoreDNS does not write every query to its log',
  severity: 'info',
  needs: ['clusterDns'],
  remedies: ['corefile-edit'],
  decides: ['DNS-51'],

  run({ clusterDns }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const { text, corefile } = read
    const { servers } = corefile
    const found = servers.flatMap((server) =>
      server.plugins.filter((it) => it.name === 'log' && writesAnswers(it)).map((plugin) => ({ server, plugin })),
    )
    const [first] = found
    if (first === undefined) return ok(Math.max(1, servers.length))
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'inferred',
      args: { blocks: found.length, of: servers.length, line: first.plugin.line, zone: first.server.keys.join(' ') },
      evidence: [
        corefileEvidence(clusterDns, text, { line: first.plugin.line, mark: 'log', label: 'a line for every query' }),
      ],
    })
  },

  words: {
    headline: ({ args }) => `CoreDNS writes every query to its log (Corefile line ${args.line}).`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · \`log\` in ${args.blocks} of ${args.of} server blocks`,
    note: () =>
      'handy while one debugs; on a busy cluster it costs CPU and disk, ' +
      'and names that applications look up are written down',
    help: ({ subject: on }) => [
      'take the line out, or keep failures alone: `log . { class denial error }`',
      'hopscope fix DNS121 --plan',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})

/** Without a `class` it is all; `denial` and `error` alone are few. */
function writesAnswers({ block }: CorefilePlugin): boolean {
  const classes = (block ?? []).filter((it) => it.name === 'class').flatMap((it) => it.args)
  return classes.length === 0 || classes.includes('all') || classes.includes('success')
}
