import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, never } from '../../../test/build/lookups.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import check from './service-shape.ts'

const nodes = ['worker-1', 'worker-2', 'worker-3'].map((name) => node(name))
const shaped = (about: Partial<Service>): ClusterDns => ({
  ...clusterDns(),
  service: { ...clusterDns().service!, ...about },
})
const ports = clusterDns().service!.ports
const local = shaped({ internalTrafficPolicy: 'Local' })
const on = { subject: 'Service/kube-system/kube-dns' }

describeCheck(check, [
  {
    it: 'no TCP',
    given: { nodes, clusterDns: shaped({ ports: ports.slice(0, 1) }) },
    expect: [{ ...on, severity: 'warning', confidence: 'inferred' }],
  },
  {
    it: 'no UDP',
    given: { nodes, clusterDns: shaped({ ports: ports.slice(1) }) },
    expect: [{ ...on, severity: 'error' }],
  },
  {
    it: 'another port',
    given: { nodes, clusterDns: shaped({ ports: ports.map((it) => ({ ...it, port: 5353 })) }) },
    expect: [{ ...on, severity: 'error' }],
  },
  {
    it: 'servers of the same node only, and a node without one',
    given: { nodes, clusterDns: local },
    expect: [
      {
        ...on,
        severity: 'error',
        confidence: 'inferred',
        says: 'internalTrafficPolicy Local · no ready server on 1 of 3 nodes: worker-3',
      },
    ],
  },
  {
    it: 'the same, and lookups there fail',
    given: {
      ...cluster({
        dns: local,
        network: (asked) => (asked.node === 'worker-3' && asked.server.role === 'service' ? never() : answered()),
      }),
    },
    expect: [{ ...on, confidence: 'observed' }],
  },
  { it: 'the same, and lookups there work: something answers in front', given: cluster({ dns: local }), expect: 'ok' },
  {
    it: 'a client keeps its server',
    given: { nodes, clusterDns: shaped({ sessionAffinity: 'ClientIP' }) },
    expect: [{ ...on, severity: 'info', confidence: 'inferred' }],
  },

  {
    it: 'UDP goes to a port that no server declares',
    given: {
      nodes,
      clusterDns: shaped({ ports: ports.map((it) => (it.protocol === 'UDP' ? { ...it, targetPort: 5353 } : it)) }),
    },
    expect: [{ ...on, severity: 'error', confidence: 'inferred' }],
  },
  {
    it: 'the Corefile listens elsewhere',
    given: { nodes, clusterDns: { ...clusterDns(), corefile: known('.:1053 {\n    kubernetes cluster.local\n}\n') } },
    expect: [
      { ...on, severity: 'error' },
      { ...on, severity: 'warning' },
    ],
  },
  {
    it: 'the Corefile listens there, whatever the pods declare',
    given: {
      nodes,
      clusterDns: {
        ...shaped({ ports: ports.map((it) => ({ ...it, targetPort: 1053 })) }),
        corefile: known('.:1053 {\n    kubernetes cluster.local\n}\n'),
      },
    },
    expect: 'ok',
  },
  {
    it: 'a port from the environment',
    given: {
      nodes,
      clusterDns: {
        ...shaped({ ports: ports.map((it) => ({ ...it, targetPort: 1053 })) }),
        corefile: known('.:{$PORT} {\n    kubernetes cluster.local\n}\n'),
      },
    },
    expect: 'ok',
  },
  {
    it: 'an odd port, and lookups through it are answered',
    given: cluster({ dns: shaped({ ports: ports.map((it) => ({ ...it, targetPort: 5353 })) }) }),
    expect: 'ok',
  },
  {
    it: 'a client keeps its server, and there is one',
    given: {
      nodes: nodes.slice(0, 1),
      clusterDns: {
        ...shaped({ sessionAffinity: 'ClientIP' }),
        slices: clusterDns().slices.map((it) => ({ ...it, endpoints: it.endpoints.slice(0, 1) })),
      },
    },
    expect: 'ok',
  },
  { it: 'UDP and TCP, any server', given: { nodes, clusterDns: clusterDns() }, expect: 'ok' },
  {
    it: 'servers of the same node only, and one on each',
    given: { nodes: nodes.slice(0, 2), clusterDns: local },
    expect: 'ok',
  },
  {
    it: 'a node that is down, and a Windows one',
    given: {
      nodes: [
        ...nodes.slice(0, 2),
        node('a', { ready: 'False' }),
        node('b', { labels: { 'kubernetes.io/os': 'windows' } }),
      ],
      clusterDns: local,
    },
    expect: 'ok',
  },
  {
    it: 'an endpoint that does not say its node',
    given: {
      nodes,
      clusterDns: {
        ...local,
        slices: local.slices.map((it) => ({
          ...it,
          endpoints: it.endpoints.map((one, index) => (index === 0 ? { ...one, node: null } : one)),
        })),
      },
    },
    expect: 'ok',
  },
  { it: 'no server at all: another finding', given: { nodes, clusterDns: { ...local, slices: [] } }, expect: 'ok' },
  { it: 'no DNS Service', given: { nodes, clusterDns: clusterDns({ service: null }) }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({ clusterDns: local }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
