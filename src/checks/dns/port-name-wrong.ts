import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { type PortAnswer, portAnswers } from '../../relations/dns/port-names.ts'
import { type TypeTaken, typesTaken } from '../../relations/dns/types-taken.ts'
import { namedServices } from '../../relations/dns/unserved-names.ts'
import { dnsRefuses, srvWrong } from '../../relations/symptom.ts'

/**
 * A program that asks for SRV (gRPC, mongodb+srv, Kerberos, peers of a headless Service) gets nothing where a line, a
 * policy or a proxy takes that type, and every lookup of an address is as it was.
 */
export default check({
  code: 'DNS196',
  slug: 'dns/port-name-wrong',
  title: "DNS does not say of a Service's named port what the API says",
  fine: 'DNS says of a named port (SRV) what the API says',
  severity: 'error',
  needs: ['nameAnswers', 'services', 'clusterDns'],
  wants: ['endpointSlices', 'namespaces', 'dnsProbe'],
  remedies: [],
  decides: [],

  run({ nameAnswers, services, clusterDns, endpointSlices, namespaces, dnsProbe }) {
    const named = namedServices(clusterDns, { known: true, value: services }, endpointSlices, namespaces)
    const all = portAnswers(nameAnswers, dnsProbe, named)
    if (all.length === 0) return notApplicable('no SRV name was asked for')
    const right = all.filter((it) => it.says === 'right').length
    const silent = all.filter((it) => it.says === 'silent')
    const wrong = all.filter((it) => it.says === 'denied' || it.says === 'other' || it.says === 'error')
    const young = wrong.find((it) => mayBeFromBefore(it, services))
    if (young !== undefined)
      return cannotTell('ambiguous', `${nameOf(young)}: its Service was made a moment ago; try again in half a minute`)
    // Two packets lost by chance at each of several servers is no chance any more.
    const isSilent = silent.length >= least && silent.length + wrong.length === all.length
    const bad = isSilent ? [...wrong, ...silent] : wrong
    if (bad.length > 0) return verdict(bad, all.length, clusterDns)
    if (right > 0) return ok(right)
    const [first] = all
    return cannotTell('ambiguous', `SRV of ${first === undefined ? 'a port' : nameOf(first)}: ${whyOf(all)}`)
  },

  words: {
    headline: ({ args }) =>
      args.line === null
        ? `DNS gives a wrong answer for the named port ${args.name}: ${args.says}.`
        : `DNS gives a wrong answer for the named port ${args.name}: ${args.says}; line ${args.line} of the Corefile ` +
          'takes questions of type SRV.',
    detail: ({ args }) =>
      `SRV · wrong at ${args.wrong} of ${args.of} queries: ${some(args.servers)} · ` +
      'the same servers give addresses of Services',
    note: () =>
      'most programs ask for addresses alone and are well; those that ask for SRV are not (gRPC, mongodb+srv, ' +
      'Kerberos, peers of a headless Service)',
    help: ({ args }) => [
      args.line === null
        ? 'find what answers SRV otherwise: a line of the Corefile, a policy of what stands before the servers'
        : 'take SRV out of that line, or give it the zones alone that it is for',
      `from a pod:  nslookup -type=srv ${args.name}`,
      `kubectl -n ${args.namespace} get configmap ${args.configMap} -o yaml`,
    ],
  },
})

const least = 2
/** kubeadm's Corefile lets a denial be kept that long. */
const usualTtl = 30

function mayBeFromBefore(
  { asked, answer, says }: PortAnswer,
  services: readonly { readonly namespace: string; readonly name: string; readonly youngSeconds?: number }[],
): boolean {
  const its = services.find((it) => it.namespace === asked.service.namespace && it.name === asked.service.name)
  return says === 'denied' && its?.youngSeconds !== undefined && its.youngSeconds + (answer.ttl ?? 0) <= usualTtl
}

function nameOf({ answer }: PortAnswer): string {
  return answer.name.replace(/\.$/, '')
}

function whyOf(all: readonly PortAnswer[]): string {
  return all.some((it) => it.says === 'behind')
    ? 'the servers gave no address of a Service either (DNS165)'
    : `${all.length} queries were answered with nothing that tells`
}

function said({ says, answer, ports }: PortAnswer): string {
  if (says === 'silent') return 'no answer'
  if (says !== 'other') return answer.answer === 'nodata' ? 'no record' : (answer.rcode ?? answer.answer.toUpperCase())
  const found = (answer.ports ?? []).slice(0, 3).map((it) => `port ${it.port} of ${it.target}`)
  return `${found.join(', ')}` + (ports.length === 0 ? '' : `, where the API has port ${ports.join(', ')}`)
}

function verdict(bad: readonly PortAnswer[], of: number, dns: ClusterDns) {
  const [first] = bad
  const asked = first?.asked.service ?? { namespace: '', name: '' }
  const text = dns.corefile.known ? dns.corefile.value : null
  const line = text === null ? null : srvLine(text, dns)
  const corefile = corefileObject(dns)
  return finding({
    subject: subject('Service', asked.namespace, asked.name),
    confidence: 'observed',
    args: {
      name: first === undefined ? '' : nameOf(first),
      says: first === undefined ? '' : said(first),
      wrong: bad.length,
      of,
      servers: [...new Set(bad.map((it) => it.answer.server.pod ?? it.answer.server.ip))],
      line: line?.line ?? null,
      namespace: corefile.namespace,
      configMap: corefile.name,
    },
    evidence: [
      ...(line === null || text === null
        ? []
        : [corefileEvidence(dns, text, { line: line.line, mark: line.mark, label: 'takes SRV' })]),
      ...bad.slice(0, 4).map((it): Evidence => ({
        kind: 'fact',
        label: `${it.answer.server.pod ?? it.answer.server.ip} from ${it.answer.node}`,
        value: said(it),
      })),
    ],
    symptoms: [
      srvWrong,
      ...(bad.every((it) => it.answer.answer === 'refused')
        ? [...new Set(bad.map((it) => dnsRefuses(it.answer.node)))]
        : []),
    ],
  })
}

function srvLine(text: string, dns: ClusterDns): TypeTaken | null {
  return typesTaken(askedCorefile(text, dns), dns.domain).find((it) => it.type === 'SRV') ?? null
}
