import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { link, network, networks } from '../../../test/build/node-network.ts'
import { contacts, repeat, toPod, toService } from '../../../test/build/contacts.ts'
import { pod } from '../../../test/build/pod.ts'
import { unknown } from '../../model/known.ts'
import check from './bridge-unseen.ts'

const off = networks({ 'worker-1': { bridgeCalls: 'off' } })
const at = (node: string) => pod('web-1', { node })
const around = { pods: [at('worker-1')] }

/** What each node gets by the Service's address, and the first of them from the pod itself. */
function asked(byService: Readonly<Record<string, 'open' | 'timeout'>>, direct: 'open' | 'timeout' = 'open') {
  return contacts([
    ...['worker-1', 'worker-2'].map((it) => toService('web', it, repeat(5, byService[it] ?? 'open'))),
    toPod('web', 'worker-1', at('worker-1'), repeat(5, direct)),
  ])
}

describeCheck(check, [
  {
    it: 'the switch is off',
    given: { nodeNetworks: networks({ 'worker-1': { bridgeCalls: 'off' } }) },
    expect: [{ subject: 'Node/worker-1', args: { noModule: false, bridges: ['cni0'] } }],
  },
  {
    it: 'the module is not loaded',
    given: { nodeNetworks: networks({ 'worker-1': { bridgeCalls: 'no-module' } }) },
    expect: [{ subject: 'Node/worker-1', says: /br_netfilter/ }],
  },
  {
    it: 'a Service whose pod runs there fails there',
    given: { ...around, contacts: asked({ 'worker-1': 'timeout' }), nodeNetworks: off },
    expect: [{ subject: 'Node/worker-1', severity: 'error' }],
  },
  {
    it: 'a Service fails there, and its pod runs elsewhere: that is something else',
    given: { pods: [at('worker-2')], contacts: asked({ 'worker-1': 'timeout' }), nodeNetworks: off },
    expect: [{ subject: 'Node/worker-1', severity: 'warning' }],
  },
  {
    it: 'a Service fails from other nodes too',
    given: { ...around, contacts: asked({ 'worker-1': 'timeout', 'worker-2': 'timeout' }), nodeNetworks: off },
    expect: [{ subject: 'Node/worker-1', severity: 'warning' }],
  },
  {
    it: 'its pod does not answer there either',
    given: { ...around, contacts: asked({ 'worker-1': 'timeout' }, 'timeout'), nodeNetworks: off },
    expect: [{ subject: 'Node/worker-1', severity: 'warning' }],
  },
  { it: 'on', given: { nodeNetworks: networks() }, expect: 'ok' },
  {
    it: 'no bridge: nothing to see',
    given: {
      nodeNetworks: {
        ...networks(),
        nodes: [network('worker-1', { bridgeCalls: 'no-module', links: [link('eth0')] })],
      },
    },
    expect: 'not-applicable',
  },
  {
    it: 'by an exec, interfaces are not read',
    given: { nodeNetworks: { ...networks(), nodes: [network('worker-1', { links: [] })] } },
    expect: 'cannot-tell',
  },
  {
    it: 'the folder is not shown',
    given: { nodeNetworks: { ...networks(), nodes: [network('worker-1', { bridgeCalls: 'unknown' })] } },
    expect: 'cannot-tell',
  },
  {
    it: 'nodes were not read',
    given: modelOf({}, { nodeNetworks: unknown('not-asked', 'needs --node-access') }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
])
