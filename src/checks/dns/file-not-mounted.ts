import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns, LackingBy, LackingFile } from '../../model/cluster-dns.ts'
import type { Pod } from '../../model/pod.ts'
import { subject, type Subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { corednsRelease } from '../../relations/dns/coredns-release.ts'
import { dnsServerCrash, dnsServersDown } from '../../relations/symptom.ts'
import { serverArgs } from './server-words.ts'

/**
 * CoreDNS's image holds its program and next to nothing else. A file that its flags or its Corefile name has to be
 * mounted: a volume that lists its items brings these alone, whatever other keys its ConfigMap has.
 */
export default check({
  code: 'DNS200',
  slug: 'dns/file-not-mounted',
  title: 'CoreDNS is told to read a file that nothing mounts',
  fine: 'each file that CoreDNS is told to read is mounted, as far as can be seen',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['coreDnsWindows'],
  remedies: [],
  decides: [],

  run({ clusterDns, coreDnsWindows }) {
    const { lacking } = clusterDns
    if (!clusterDns.pods.some(isCoreDns)) return notApplicable('no pod of CoreDNS is there')
    if (lacking === undefined)
      return cannotTell(
        'not-asked',
        'what CoreDNS mounts is not told: it mounts nothing, or the recording is old',
        'a new recording',
      )
    const isStock = corednsRelease(clusterDns, coreDnsWindows)?.stock === true
    const found = lacking.flatMap((it) => {
      const ready = clusterDns.pods.filter((pod) => pod.ready).length
      // What a pod mounts never changes: one that runs has read its Corefile, wherever that is.
      if (it.by === 'conf' && ready > 0) return []
      // A line of the Corefile may have come since; and an image of somebody may hold the file.
      const isThere = fatal.has(it.by) && ready === clusterDns.pods.length && !isStock
      return isThere ? [] : [verdict(clusterDns, it, isStock)]
    })
    return found.length > 0 ? found : ok(clusterDns.pods.length)
  },

  words: {
    headline: ({ args }) =>
      `CoreDNS is told to read ${args.file} (${words[args.by]}), and nothing mounts it` +
      (args.down ? ': its servers do not start.' : '.'),
    detail: ({ args }) =>
      args.at === null
        ? 'no volume of the DNS servers is mounted there'
        : `the volume at ${args.at} holds ${some(args.files)} alone`,
    note: ({ args }) => notes[args.by],
    help: ({ subject: on, args }) => [
      args.at === null
        ? 'mount a volume that has the file into the container, or take the line out'
        : 'add the key to the items of the volume (or leave items out, which mounts every key), or take the line out',
      `kubectl -n ${on.namespace} get ${args.maker === '' ? 'pods' : args.maker} -o yaml | grep -A8 -E 'volumes|items'`,
      `kubectl -n ${on.namespace} get configmap ${args.map} -o yaml`,
    ],
  },
})

function isCoreDns({ containers }: Pod): boolean {
  return containers.some(({ image }) => /coredns/i.test(image))
}

/** Without these CoreDNS does not start; `hosts` and `file` it warns of, and looks again. */
const fatal: ReadonlySet<LackingBy> = new Set(['conf', 'forward', 'import', 'tls'])

const words: Readonly<Record<LackingBy, string>> = {
  conf: 'its flag -conf',
  hosts: 'the plugin hosts',
  file: 'the plugin file',
  forward: 'the plugin forward',
  import: 'an import',
  tls: 'the plugin tls',
}

const starts = 'a server that starts so ends at once; those that run keep what they started with'

const notes: Readonly<Record<LackingBy, string>> = {
  conf: starts,
  forward: starts,
  import: starts,
  tls: starts,
  hosts: 'CoreDNS says so in a warning at its start, and answers as if the file were empty',
  file: 'CoreDNS says so in a warning at its start, and answers SERVFAIL for that zone',
}

function verdict(dns: ClusterDns, { by, file, line, beside }: LackingFile, isStock: boolean) {
  const map = corefileObject(dns)
  const maker = dns.workload
  const on: Subject = by === 'conf' && maker !== null ? subject(maker.kind, maker.namespace, maker.name) : map
  const down = fatal.has(by) && dns.pods.some((it) => !it.ready)
  const text = dns.corefile.known ? dns.corefile.value : ''
  return finding({
    subject: on,
    confidence: isStock ? 'inferred' : 'possible',
    severity: down ? 'error' : 'warning',
    args: {
      by,
      file,
      down,
      at: beside?.at ?? null,
      files: beside?.files ?? [],
      map: map.name,
      ...serverArgs(dns),
    },
    evidence: [
      line === null || text === ''
        ? {
            kind: 'fact',
            label: full({ namespace: on.namespace ?? '', name: on.name }),
            value: `${words[by]}: ${file}`,
          }
        : corefileEvidence(dns, text, { line, mark: file, label: 'nothing mounts it' }),
      {
        kind: 'fact',
        label: 'mounted there',
        value: beside === null ? 'nothing' : `${beside.at}: ${some(beside.files)}`,
      },
    ],
    causes: down ? [dnsServerCrash, dnsServersDown] : [],
  })
}
