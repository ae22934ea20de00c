import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { link, network, networks } from '../../../test/build/node-network.ts'
import { unknown } from '../../model/known.ts'
import check from './bridge-unseen.ts'

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
