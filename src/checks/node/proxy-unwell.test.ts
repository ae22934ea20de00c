import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { network, networks } from '../../../test/build/node-network.ts'
import { unknown } from '../../model/known.ts'
import check from './proxy-unwell.ts'

describeCheck(check, [
  {
    it: 'its rules are too old, as it says itself',
    given: {
      nodeNetworks: networks({ 'worker-2': { proxy: { health: 'unwell', said: 'HTTP 503', mode: 'iptables' } } }),
    },
    expect: [{ subject: 'Node/worker-2', confidence: 'observed', says: /503/ }],
  },
  { it: 'well', given: { nodeNetworks: networks() }, expect: 'ok' },
  {
    it: 'nobody answers: another port, or something in its place',
    given: {
      nodeNetworks: {
        ...networks(),
        nodes: [network('worker-1', { proxy: { health: 'nobody', said: 'ECONNREFUSED', mode: null } })],
      },
    },
    expect: 'cannot-tell',
  },
  {
    it: 'nodes were not read',
    given: modelOf({}, { nodeNetworks: unknown('not-asked', 'needs --node-access') }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
])
