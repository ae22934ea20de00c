import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { link, network, networks } from '../../../test/build/node-network.ts'
import { unknown } from '../../model/known.ts'
import check from './reverse-path.ts'

describeCheck(check, [
  {
    it: 'the counter grew',
    given: {
      nodeNetworks: networks({
        'worker-1': { reversePathDrops: 20, links: [link('eth0', { reversePath: 'strict' })] },
      }),
    },
    expect: [{ subject: 'Node/worker-1', args: { drops: 20, strict: ['eth0'] }, says: /strict on eth0/ }],
  },
  {
    it: 'some other interface may be meant',
    given: { nodeNetworks: networks({ 'worker-1': { reversePathDrops: 3 } }) },
    expect: [{ subject: 'Node/worker-1', says: /no interface/ }],
  },
  { it: 'a stray broadcast', given: { nodeNetworks: networks({ 'worker-1': { reversePathDrops: 2 } }) }, expect: 'ok' },
  {
    it: 'the kernel does not say',
    given: { nodeNetworks: { ...networks(), nodes: [network('worker-1', { reversePathDrops: null })] } },
    expect: 'cannot-tell',
  },
  {
    it: 'nodes were not read',
    given: modelOf({}, { nodeNetworks: unknown('not-asked', 'needs --node-access') }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
])
