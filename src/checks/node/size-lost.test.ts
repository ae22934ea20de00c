import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { mtuPath, networks } from '../../../test/build/node-network.ts'
import { unknown } from '../../model/known.ts'
import check from './size-lost.ts'

describeCheck(check, [
  {
    it: 'what leaves one node',
    given: {
      nodeNetworks: networks({}, [
        mtuPath('worker-1', 'worker-2', { large: 0, back: 0 }),
        mtuPath('worker-1', 'worker-3', { large: 0, back: 0 }),
        mtuPath('worker-2', 'worker-3'),
      ]),
    },
    expect: [
      {
        subject: 'Node/worker-1',
        confidence: 'observed',
        args: { side: 'from', others: ['worker-2', 'worker-3'], mtu: 1500 },
        says: /0 of 3/,
      },
    ],
  },
  {
    it: 'what is for one node, and one that does not come back from it',
    given: {
      nodeNetworks: networks({}, [
        mtuPath('worker-1', 'worker-2', { large: 0, back: 0, small: 2 }),
        mtuPath('worker-3', 'worker-2', { large: 0, back: 0 }),
        mtuPath('worker-2', 'worker-1', { back: 0 }),
      ]),
    },
    expect: [{ subject: 'Node/worker-2', args: { side: 'to', others: ['worker-1', 'worker-3'] } }],
  },
  {
    it: 'a router said so, and the next ones were cut up',
    given: {
      nodeNetworks: networks({}, [
        mtuPath('worker-1', 'worker-2', { large: 2, back: 3 }),
        mtuPath('worker-3', 'worker-2'),
      ]),
    },
    expect: 'ok',
  },
  {
    it: 'nothing was sent to the third node, nor from it',
    given: { nodeNetworks: networks({}, [mtuPath('worker-1', 'worker-2')]) },
    expect: 'cannot-tell',
    says: /worker-3: not even small/,
  },
  {
    it: 'small ones are lost as well: it is not their size',
    given: { nodeNetworks: networks({}, [mtuPath('worker-1', 'worker-2', { small: 0, large: 0, back: 0 })]) },
    expect: 'cannot-tell',
  },
  { it: 'all pass', given: { nodeNetworks: networks() }, expect: 'ok' },
  { it: 'none was sent', given: { nodeNetworks: networks({}, []) }, expect: 'not-applicable' },
  {
    it: 'nodes were not read',
    given: modelOf({}, { nodeNetworks: unknown('not-asked', 'needs --node-access') }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
])
