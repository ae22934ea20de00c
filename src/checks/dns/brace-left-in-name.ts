import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { corednsRelease, isSince } from '../../relations/dns/coredns-release.ts'
import { leftInName, nameRules } from '../../relations/dns/rewrite-rules.ts'
import { hostUnknown } from '../../relations/symptom.ts'
import { bareName } from '../../wire/dns-name.ts'
import { mask } from '../../wire/secrets.ts'
import { readableCorefile } from './readable-corefile.ts'

/** The newest whose source was read. */
const readUpTo = '1.15.0'

/**
 * In a name a rule fills in nothing but the groups of its own pattern (plugin/rewrite/name.go, Rewrite): metadata is
 * for options of EDNS alone (README of rewrite; coredns#6426, open). Anything else in braces stays, and is no name.
 */
export default check({
  code: 'DNS225',
  slug: 'dns/brace-left-in-name',
  title: 'a rule of the Corefile leaves a variable as it is in a name',
  fine: 'rules that rewrite names have nothing in them that CoreDNS does not fill in',
  severity: 'warning',
  needs: ['clusterDns'],
  wants: ['coreDnsWindows'],
  remedies: [],
  decides: [],

  run({ clusterDns, coreDnsWindows }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const rules = nameRules(read.corefile).filter((it) => !it.to.includes(mask))
    if (rules.length === 0) return notApplicable('the Corefile rewrites no name')
    const release = corednsRelease(clusterDns, coreDnsWindows)
    const found = rules.flatMap((rule) => {
      const left = leftInName(rule)
      if (left === null) return []
      return [
        finding({
          subject: corefileObject(clusterDns),
          // A later one may have learnt it.
          confidence: release !== null && !isSince(release, readUpTo) ? ('inferred' as const) : ('possible' as const),
          args: {
            line: rule.line.line,
            left,
            from: bareName(rule.from),
            to: bareName(rule.to),
            isMetadata: /^\{[a-z_-]+\/[^{}]+\}$/.test(left),
            isGroup: /^\{\d+\}$/.test(left),
          },
          evidence: [
            corefileEvidence(clusterDns, read.text, { line: rule.line.line, mark: left, label: 'stays as it is' }),
          ],
          causes: rule.how === 'exact' ? [hostUnknown(bareName(rule.from))] : [],
        }),
      ]
    })
    return found.length > 0 ? found : ok(rules.length)
  },

  words: {
    headline: ({ args }) =>
      `A rule of the Corefile (line ${args.line}) makes names with \`${args.left}\` in them: ` +
      'CoreDNS does not fill that in, so that there is no such name.',
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · line ${args.line} · \`${args.from}\` becomes \`${args.to}\``,
    note: ({ args }) =>
      args.isGroup
        ? 'only `regex` has groups to fill in; of the other ways to match a name all stays as it is written'
        : 'in a name only {0}, {1} and so on are filled in, from the groups of `regex`; ' +
          'metadata is filled into options of EDNS alone, whatever `pods` says',
    help: ({ subject: on, args }) => [
      args.isMetadata
        ? 'write the namespace into the rule, one rule each; for an answer by who asks, give each its own block with ' +
          '`view` (CoreDNS 1.10 and later), or use the plugin `template`, which reads metadata'
        : 'write the name out, or make it a rule of `regex` with a group for each part',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})
