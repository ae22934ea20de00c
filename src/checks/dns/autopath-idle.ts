import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import type { Corefile } from '../../wire/corefile.ts'

/**
 * autopath asks the plugin kubernetes whose pod sends a query, for the suffix of its namespace. That one keeps a list
 * of pods with `pods verified` alone, and says nothing when it has none: each query of the search list comes as before.
 */
export default check({
  code: 'DNS231',
  slug: 'dns/autopath-idle',
  title: "autopath is on, and knows no pod's search list",
  fine: 'autopath has the pods that it asks for',
  severity: 'info',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const { corefile } = clusterDns
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    const all = autopaths(askedCorefile(corefile.value, clusterDns))
    if (all.length === 0) return notApplicable('the Corefile has no `autopath @kubernetes`')
    const [idle] = all.filter((it) => it.mode !== 'verified')
    if (idle === undefined) return ok(all.length)
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'inferred',
      args: { line: idle.line, mode: idle.mode ?? 'none', kubernetes: idle.kubernetes },
      evidence: [
        corefileEvidence(clusterDns, corefile.value, {
          line: idle.line,
          mark: 'autopath',
          label: `needs \`pods verified\`; here ${idle.mode === null ? 'no mode is set' : `it is \`${idle.mode}\``}`,
        }),
      ],
    })
  },

  words: {
    headline: ({ args }) =>
      `\`autopath\` in the Corefile (line ${args.line}) does nothing: it needs \`pods verified\` in \`kubernetes\`` +
      (args.mode === 'none' ? ', which sets no mode.' : `, which has \`pods ${args.mode}\`.`),
    detail: ({ args }) => `lines ${args.line} and ${args.kubernetes} · every query of a search list comes as before`,
    note: () =>
      'with `pods verified` CoreDNS keeps a list of all pods: it needs more memory, and the right to list them',
    help: ({ subject: on }) => [
      'take autopath out; or set `pods verified`, with the memory and the right to list pods that this needs',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})

interface Autopath {
  readonly line: number
  /** The line of `kubernetes` in the same block. */
  readonly kubernetes: number
  readonly mode: string | null
}

function autopaths({ servers }: Corefile): readonly Autopath[] {
  return servers.flatMap(({ plugins }) => {
    const kubernetes = plugins.find((it) => it.name === 'kubernetes')
    const asking = plugins.find((it) => it.name === 'autopath' && it.args.at(-1) === '@kubernetes')
    if (kubernetes === undefined || asking === undefined) return []
    const options = kubernetes.block ?? []
    // What is imported may set it.
    if (options.some((it) => it.name === 'import')) return []
    const mode = options.findLast((it) => it.name === 'pods')?.args[0] ?? null
    if (mode !== null && !/^[a-z]{1,20}$/.test(mode)) return []
    return [{ line: asking.line, kubernetes: kubernetes.line, mode }]
  })
}
