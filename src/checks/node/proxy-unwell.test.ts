import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { network, networks, threeNodes } from '../../../test/build/node-network.ts'
import { unknown } from '../../model/known.ts'
import type { NodeProxy } from '../../model/node-network.ts'
import check from './proxy-unwell.ts'

const late = 'no complete answer within 3000 ms'
const mute: NodeProxy = { health: 'mute', metrics: 'mute', said: late, mode: null }
const nobody: NodeProxy = { health: 'nobody', metrics: 'nobody', said: 'ECONNREFUSED', mode: null }
const on = (proxy: NodeProxy) => networks({ 'worker-2': { proxy } })
const nodes = threeNodes.map((it) => ({
  ...it,
  proxy: 'ready' as const,
  proxySet: { namespace: 'kube-system', name: 'kube-proxy' },
}))

describeCheck(check, [
  {
    it: 'its rules are too old, as it says itself',
    given: {
      nodeNetworks: networks({ 'worker-2': { proxy: { health: 'unwell', said: 'HTTP 503', mode: 'iptables' } } }),
    },
    expect: [{ subject: 'Node/worker-2', confidence: 'observed', severity: 'error', says: /503/ }],
  },
  {
    it: 'it takes connections and says nothing, and Services still answer there',
    given: { nodeNetworks: on(mute), nodes, contacts: contacts([toService('web', 'worker-2', repeat(5, 'open'))]) },
    expect: [{ subject: 'Node/worker-2', confidence: 'observed', severity: 'warning', says: /worker-2 hangs/ }],
  },
  {
    it: 'and Services fail from there',
    given: { nodeNetworks: on(mute), nodes, contacts: contacts([toService('web', 'worker-2', repeat(5, 'timeout'))]) },
    expect: [{ subject: 'Node/worker-2', severity: 'error', says: /5 of 5 connects to Services failed/ }],
  },
  {
    it: 'Services that fail from another node are nothing of it',
    given: { nodeNetworks: on(mute), contacts: contacts([toService('web', 'worker-1', repeat(5, 'timeout'))]) },
    expect: [{ subject: 'Node/worker-2', severity: 'warning' }],
  },
  {
    it: 'its health is asked elsewhere, and its metrics say nothing',
    given: { nodeNetworks: on({ ...nobody, metrics: 'mute' }) },
    expect: [{ subject: 'Node/worker-2', args: { state: 'mute' } }],
  },
  {
    it: 'metrics that say nothing beside a health that is well are a matter of metrics',
    given: { nodeNetworks: on({ health: 'well', metrics: 'mute', said: 'HTTP 200', mode: null }) },
    expect: 'ok',
  },
  { it: 'well', given: { nodeNetworks: networks() }, expect: 'ok' },
  {
    it: 'nobody answers: another port, or something in its place',
    given: { nodeNetworks: { ...networks(), nodes: [network('worker-1', { proxy: nobody })] } },
    expect: 'cannot-tell',
  },
  {
    it: 'two are well, and nobody listens on the third: two are not three',
    given: { nodeNetworks: on(nobody) },
    expect: 'cannot-tell',
    says: /worker-2 \(ECONNREFUSED\)/,
  },
  {
    it: 'read out of its own pod, where health is not asked',
    given: {
      nodeNetworks: {
        ...networks(),
        nodes: [
          network('worker-1', {
            way: 'kube-proxy-exec',
            proxy: { health: 'unknown', said: 'not asked', mode: null },
          }),
        ],
      },
    },
    expect: 'cannot-tell',
    says: /leave out --conntrack-from kube-proxy/,
  },
  {
    it: 'nodes were not read',
    given: modelOf({}, { nodeNetworks: unknown('not-asked', 'needs --node-access') }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
])
