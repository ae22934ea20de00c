import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { network, networks } from '../../../test/build/node-network.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './neighbour-fixed.ts'

const web = pod('web-1', { ip: '10.2.1.9', node: 'worker-1' })
const written = (ip: string) =>
  networks({
    'worker-1': { fixed: [{ ip, mac: '02:00:00:00:00:99', dev: 'cni0' }] },
    'worker-2': { fixed: [] },
    'worker-3': { fixed: [] },
  })
const base = { pods: [web], nodeNetworks: written('10.2.1.9') }
const reached = (result: 'open' | 'refused' | 'timeout', node = 'worker-2') => ({
  contacts: contacts([toPod('web', node, web, repeat(5, result))]),
})

describeCheck(check, [
  {
    it: 'written in, and nobody elsewhere reaches it',
    given: { ...base, ...reached('timeout') },
    expect: [{ subject: 'Pod/shop/web-1', args: { node: 'worker-1', mac: '02:00:00:00:00:99', failed: 5 } }],
  },
  { it: 'written in, and right', given: { ...base, ...reached('open') }, expect: 'ok' },
  { it: 'a refusal came from the pod', given: { ...base, ...reached('refused') }, expect: 'ok' },
  {
    it: 'of an address that no pod has',
    given: { ...base, nodeNetworks: written('10.2.1.77'), ...reached('timeout') },
    expect: 'ok',
  },
  { it: 'pods beside it ask for themselves', given: { ...base, ...reached('timeout', 'worker-1') }, expect: 'ok' },
  { it: 'nothing connected to it', given: base, expect: 'cannot-tell' },
  {
    it: 'neighbours were not read',
    given: { ...base, nodeNetworks: { nodes: [network('worker-1')], paths: [], missing: [] }, ...reached('timeout') },
    expect: 'not-applicable',
  },
  {
    it: 'no access to nodes',
    given: modelOf({ pods: [web] }, { nodeNetworks: unknown('not-asked', 'needs --node-access') }),
    expect: 'cannot-tell',
  },
])
