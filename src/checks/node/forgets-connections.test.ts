import { networks } from '../../../test/build/node-network.ts'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './forgets-connections.ts'

const kept = (...seconds: readonly (number | null)[]) =>
  networks(Object.fromEntries(seconds.map((keptSeconds, i) => [`worker-${i + 1}`, { keptSeconds }])))

describeCheck(check, [
  {
    it: 'one node keeps them for some seconds',
    given: { nodeNetworks: kept(86_400, 4, 86_400) },
    expect: [
      {
        subject: 'Node/worker-2',
        severity: 'error',
        confidence: 'inferred',
        args: { seconds: 4, nodes: 1, of: 3 },
        says: /forgets a TCP connection after 4 s without a packet/,
      },
    ],
  },
  {
    it: 'no Service here has more than one endpoint: packets come to the same one again',
    given: { nodeNetworks: kept(4), endpointSlices: [slice('web', [pod('web-1')])] },
    expect: [{ subject: 'Node/worker-1', severity: 'warning' }],
  },
  {
    it: 'one has two',
    given: { nodeNetworks: kept(4), endpointSlices: [slice('web', [pod('web-1'), pod('web-2')])] },
    expect: [{ subject: 'Node/worker-1', severity: 'error' }],
  },
  {
    it: 'just under each threshold',
    given: { nodeNetworks: kept(59, 60, 299) },
    expect: [
      { subject: 'Node/worker-1', severity: 'error' },
      { subject: 'Node/worker-2', severity: 'warning' },
      { subject: 'Node/worker-3', severity: 'warning' },
    ],
  },
  { it: 'five minutes, a day, five days', given: { nodeNetworks: kept(300, 86_400, 432_000) }, expect: 'ok' },
  {
    it: 'one was not read',
    given: { nodeNetworks: kept(86_400, null, 86_400) },
    expect: 'cannot-tell',
    says: /worker-2/,
  },
  { it: 'no connections are tracked there', given: { nodeNetworks: kept(null, null, null) }, expect: 'not-applicable' },
  { it: 'an old recording', given: { nodeNetworks: networks() }, expect: 'not-applicable' },
])
