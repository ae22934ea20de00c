import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { type Corefile, type CorefilePlugin, parseCorefile } from '../../wire/corefile.ts'
import { fitsGlob } from '../../wire/glob.ts'
import { restart, serverArgs } from './server-words.ts'
import { count, some } from '../../phrases.ts'

/**
 * AKS and k3s mount the ConfigMap `coredns-custom` and import its keys by a glob: `*.server`, `*.override`. A key of
 * another name is mounted like the rest and read by nobody, without a word in any log.
 */
export default check({
  code: 'DNS131',
  slug: 'dns/custom-ignored',
  title: 'a key of coredns-custom is read by nobody',
  fine: 'every key of coredns-custom is imported',
  severity: 'warning',
  needs: ['clusterDns'],
  remedies: [],
  decides: ['DNS-45'],

  run({ clusterDns }) {
    if (!clusterDns.corefile.known)
      return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const corefile = parseCorefile(text)
    const globs = importedFiles(corefile)
    const { custom } = clusterDns
    if (custom === undefined || !custom.known) {
      const gone = custom === undefined || custom.why.reason === 'not-there'
      return gone || globs.length === 0
        ? notApplicable('there is no ConfigMap coredns-custom, or nothing imports it')
        : cannotTell(
            custom.why.reason,
            `the Corefile imports files, and coredns-custom was not read: ${custom.why.detail}`,
          )
    }
    const { configMap, keys } = custom.value
    const ignored = keys.filter((it) => !it.mentioned && !globs.some((glob) => matches(glob, it.name)))
    const [first] = ignored
    if (first === undefined) return ok(Math.max(1, keys.length))
    const namespace = corefileObject(clusterDns).namespace
    const line = Math.max(1, text.split('\n').findIndex((it) => /^\s*import\s/.test(it)) + 1)
    return finding({
      subject: subject('ConfigMap', namespace, configMap),
      confidence: 'inferred',
      args: {
        ...serverArgs(clusterDns),
        ignored: some(ignored.map((it) => it.name)),
        count: ignored.length,
        of: keys.length,
        imports: globs.join(', ') || 'none',
        wanted: globs.length === 0 ? 'none' : endings(globs),
      },
      evidence: [
        {
          kind: 'config',
          object: subject('ConfigMap', namespace, configMap),
          path: 'data',
          lines: ignored.slice(0, 4).map((it) => `${it.name}: |`),
          at: 0,
          mark: first.name,
          label: 'matches no import',
        },
        ...(globs.length === 0
          ? [{ kind: 'fact' as const, label: 'imports of the Corefile', value: 'none' }]
          : [corefileEvidence(clusterDns, text, { line, mark: 'import', label: 'what is read' })]),
      ],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `CoreDNS does not read ${args.ignored} of ${on.kind} ${on.namespace}/${on.name}: ` +
      (args.wanted === 'none' ? 'the Corefile imports nothing' : `only keys ending in ${args.wanted} are imported`) +
      '.',
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ${args.count} of ${count(args.of, 'key')} not ` +
      `imported · the Corefile imports ${args.imports}`,
    note: () =>
      'nothing says so: the key is mounted beside the others, no import matches its name, ' +
      'and its zones and settings are not there',
    help: ({ subject: on, args }) => [
      args.wanted === 'none'
        ? 'import it in the Corefile, and mount it there, or delete it'
        : 'rename the key: .server for server blocks of their own, .override for lines inside the block of `.`',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      ...restart(on.namespace, args),
    ],
  },
})

function importedFiles(corefile: Corefile): readonly string[] {
  const inside = (plugins: readonly CorefilePlugin[]): readonly string[] =>
    plugins.flatMap((it) => [...(it.name === 'import' ? it.args : []), ...inside(it.block ?? [])])
  return [...new Set([...corefile.imports, ...corefile.servers.flatMap((it) => inside(it.plugins))])].filter((it) =>
    /[/*.]/.test(it),
  )
}

/** By the file's name alone: where the ConfigMap is mounted is not known. */
function matches(glob: string, name: string): boolean {
  return fitsGlob(glob.slice(glob.lastIndexOf('/') + 1), name)
}

function endings(globs: readonly string[]): string {
  return [...new Set(globs.map((it) => it.slice(it.lastIndexOf('/') + 1).replace(/^\*/, '')))].join(' or ')
}
