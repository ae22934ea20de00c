import { clusterDns } from '../../../test/build/dns.ts'
import { absent, answered, never, type Network, probe } from '../../../test/build/lookups.ts'
import { dnsServers, nameAnswer, nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import type { Service } from '../../model/service.ts'
import check from './port-name-wrong.ts'

const web = service('web', { clusterIP: '10.96.44.7' })
const peers = service('peers', { clusterIP: 'None', ports: [port({ name: 'gossip', port: 7000, targetPort: 7946 })] })
const peersSlice = slice('peers', [pod('peers-0', { ip: '10.2.0.7' })], {
  ports: [{ name: 'gossip', port: 7946, protocol: 'TCP' }],
})

const denied: Partial<NameAnswer> = { answer: 'nxdomain', rcode: 'NXDOMAIN', ports: [], ttl: 5 }
const at = (number: number, target: string): Partial<NameAnswer> => ({
  answer: 'ok',
  rcode: 'NOERROR',
  ports: [{ port: number, target }],
})
const own = 'web.shop.svc.cluster.local'

/** What each server said of the first port of a Service; its addresses are right. */
function srv(of: Service, says: (it: (typeof dnsServers)[number]) => Partial<NameAnswer>): readonly NameAnswer[] {
  const { namespace, name } = of
  const named = of.ports[0]?.name ?? ''
  const reason = { kind: 'port', service: { namespace, name }, port: named, protocol: 'TCP' } as const
  return dnsServers.map((server) =>
    nameAnswer(reason, `_${named}._tcp.${name}.${namespace}.svc.cluster.local.`, {
      server,
      type: 'SRV',
      ...says(server),
    }),
  )
}
const given = (
  of: Service,
  its: readonly NameAnswer[],
  about: { readonly corefile?: string; network?: Network } = {},
) => ({
  clusterDns: clusterDns(about.corefile === undefined ? {} : { corefile: known(about.corefile) }),
  services: [of],
  endpointSlices: [peersSlice],
  nameAnswers: nameAnswers([...its, ...(about.network === undefined ? rightAnswers(of, ['10.2.0.7']) : [])]),
  ...(about.network === undefined ? {} : { dnsProbe: probe({ nodes: ['worker-1'], network: about.network }) }),
})
const found = (args: Readonly<Record<string, string | number | null | readonly string[]>>, on = 'web') => [
  { subject: `Service/shop/${on}`, severity: 'error' as const, confidence: 'observed' as const, args },
]
const taking = '.:53 {\n  template IN SRV {\n    rcode NXDOMAIN\n  }\n  kubernetes cluster.local\n}\n'

describeCheck(check, [
  {
    it: 'denied by each server, and no line says why',
    given: given(
      web,
      srv(web, () => denied),
    ),
    expect: found({ name: `_http._tcp.${own}`, says: 'NXDOMAIN', wrong: 3, of: 3, line: null }),
  },
  {
    it: 'denied by each server, and a line takes SRV',
    given: given(
      web,
      srv(web, () => denied),
      { corefile: taking },
    ),
    expect: found({ line: 2 }),
  },
  {
    it: 'denied by one server of two: it runs another text',
    given: given(
      web,
      srv(web, ({ pod: its }) => (its === 'coredns-1' ? denied : at(80, own))),
    ),
    expect: found({ wrong: 1, of: 3, servers: ['coredns-1'] }),
  },
  {
    it: 'no record in place of a denial',
    given: given(
      web,
      srv(web, () => ({ answer: 'nodata', rcode: 'NOERROR', ports: [] })),
    ),
    expect: found({ says: 'no record' }),
  },
  {
    it: 'an error',
    given: given(
      web,
      srv(web, () => ({ answer: 'refused', rcode: 'REFUSED' })),
    ),
    expect: found({ says: 'REFUSED' }),
  },
  {
    it: 'another port than the API has',
    given: given(
      web,
      srv(web, () => at(8080, own)),
    ),
    expect: found({ says: `port 8080 of ${own}, where the API has port 80` }),
  },
  {
    it: 'the name of something else',
    given: given(
      web,
      srv(web, () => at(80, 'lb.corp.example')),
    ),
    expect: found({ says: 'port 80 of lb.corp.example, where the API has port 80' }),
  },
  {
    it: "a headless Service with the Service's own port in place of its pods'",
    given: given(
      peers,
      srv(peers, () => at(7000, '10-2-0-7.peers.shop.svc.cluster.local')),
    ),
    expect: found({ says: 'port 7000 of 10-2-0-7.peers.shop.svc.cluster.local, where the API has port 7946' }, 'peers'),
  },
  {
    it: 'silence at every server, where addresses are given',
    given: given(
      web,
      srv(web, () => ({ answer: 'timeout', rcode: null, ttl: null })),
    ),
    expect: found({ says: 'no answer', wrong: 3 }),
  },
  {
    it: 'a Service of 26 s with a denial that is kept for 5 s more: one second too old for a cache of 30 s',
    given: given(
      { ...web, youngSeconds: 26 },
      srv(web, () => denied),
    ),
    expect: found({ says: 'NXDOMAIN' }),
  },

  {
    it: 'as the API says',
    given: given(
      web,
      srv(web, () => at(80, own)),
    ),
    expect: 'ok',
  },
  {
    it: 'a headless Service with the ports of its pods',
    given: given(
      peers,
      srv(peers, () => at(7946, '10-2-0-7.peers.shop.svc.cluster.local')),
    ),
    expect: 'ok',
  },
  {
    it: "a Service that was not read: the API server's",
    given: {
      ...given(
        web,
        srv(service('kubernetes', { ports: [port({ name: 'https' })] }), () =>
          at(443, 'kubernetes.shop.svc.cluster.local'),
        ),
      ),
    },
    expect: 'ok',
  },
  {
    it: 'silence of one server: a lost packet',
    given: given(
      web,
      srv(web, ({ pod: its }) => (its === 'coredns-1' ? { answer: 'timeout', rcode: null } : at(80, own))),
    ),
    expect: 'ok',
  },
  ...[
    {
      it: 'silence, where one lookup in two is silent too: the way is shut since',
      every: 2,
      expect: 'cannot-tell' as const,
    },
    { it: 'the same, where one in eight is', every: 8, expect: found({ says: 'no answer', wrong: 3 }) },
  ].map(({ it, every, expect }) => ({
    it,
    given: given(
      web,
      srv(web, () => ({ answer: 'timeout', rcode: null, ttl: null })),
      { network: ({ index }) => (index % every === 0 ? never() : answered()) },
    ),
    expect,
  })),
  {
    it: 'a Service of 25 s with a denial that is kept for 5 s more',
    given: given(
      { ...web, youngSeconds: 25 },
      srv(web, () => denied),
    ),
    expect: 'cannot-tell',
    says: /a moment ago/,
  },
  {
    it: 'addresses are denied as well: no matter of SRV',
    given: given(
      web,
      srv(web, () => denied),
      { network: () => absent },
    ),
    expect: 'cannot-tell',
    says: /DNS165/,
  },
  {
    it: 'addresses are given to the lookups of the probe alone',
    given: given(
      web,
      srv(web, () => denied),
      { network: () => answered() },
    ),
    expect: found({ says: 'NXDOMAIN' }),
  },
  {
    it: 'an older recording: no SRV was asked for',
    given: given(web, []),
    expect: 'not-applicable',
    says: /no SRV/,
  },
])
