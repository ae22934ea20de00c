import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { unaskedForwards } from '../../relations/dns/unasked-forwards.ts'
import { readableCorefile } from './readable-corefile.ts'

/**
 * Since CoreDNS 1.9.4 `forward` may stand several times in a block, and the first whose zone has the name answers: who
 * adds `forward . 10.0.0.2` to a block that forwards all names already is not refused, and not heeded either.
 */
export default check({
  code: 'DNS227',
  slug: 'dns/forward-not-asked',
  title: 'a second forward of a block is never asked',
  fine: 'each forward of the Corefile has names that no other before it takes',
  severity: 'warning',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const { custom } = clusterDns
    const own = unaskedForwards(read.whole).map(({ line, before }) =>
      finding({
        subject: corefileObject(clusterDns),
        confidence: 'inferred' as const,
        args: {
          to: line.args.slice(1),
          zone: line.args[0] ?? '.',
          before: before.args.slice(1),
          key: null,
          line: line.line,
        },
        evidence: [corefileEvidence(clusterDns, read.text, { line: line.line, mark: 'forward', label: 'never asked' })],
      }),
    )
    const added = (custom?.known === true ? (custom.value.unasked ?? []) : []).map((it) =>
      finding({
        subject: subject(
          'ConfigMap',
          corefileObject(clusterDns).namespace,
          custom?.known ? custom.value.configMap : '',
        ),
        also: [corefileObject(clusterDns)],
        confidence: 'inferred' as const,
        args: { to: it.to, zone: it.zone, before: it.before, key: it.key, line: it.line },
        evidence: [
          {
            kind: 'fact' as const,
            label: `${it.key}, line ${it.line}`,
            value: `forward ${it.zone} ${it.to.join(' ')}`,
          },
          { kind: 'fact' as const, label: 'before it', value: `forward to ${some(it.before)}` },
        ],
      }),
    )
    if (own.length + added.length > 0) return [...own, ...added]
    const forwards = read.whole.servers.flatMap(({ plugins }) => plugins).filter((it) => it.name === 'forward').length
    return forwards > 0 ? ok(forwards) : notApplicable('the Corefile forwards nothing')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${some(args.to)} ${args.to.length > 1 ? 'are' : 'is'} never asked for names of \`${args.zone}\`: a forward ` +
      `before it in the block takes them all (${args.key === null ? 'Corefile' : `key ${args.key} of ${on.name}`}, ` +
      `line ${args.line}).`,
    detail: ({ args }) => `all of them go to ${some(args.before)}`,
    note: () =>
      'of several forwards in a block CoreDNS asks the first whose zone has the name, and no other for want of an ' +
      'answer; before 1.9.4 it refuses a second one',
    help: ({ subject: on, args }) => [
      args.key === null
        ? 'take one of the two out, or write the servers into one line: forward ZONE SERVER SERVER'
        : 'change the forward of the Corefile itself where you may; else give the zones a block of their own, in a ' +
          'key that ends in .server',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})
