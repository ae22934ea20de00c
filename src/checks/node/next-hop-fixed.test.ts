import { cutBetween, mesh } from '../../../test/build/mesh.ts'
import { networks, threeNodes } from '../../../test/build/node-network.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './next-hop-fixed.ts'

const names = ['worker-1', 'worker-2', 'worker-3']
const entry = { ip: '192.168.0.11', mac: '02:00:00:00:00:99', dev: 'eth0' }
const fixed = (its: readonly (typeof entry)[], others: readonly (typeof entry)[] | null = []) =>
  networks({
    'worker-1': others === null ? {} : { fixed: others },
    'worker-2': { fixed: its },
    'worker-3': others === null ? {} : { fixed: others },
  })
const cut = { ...mesh(names, cutBetween('worker-1', 'worker-2')), nodes: threeNodes }

describeCheck(check, [
  {
    it: 'an entry for the node that is not reached',
    given: { ...cut, nodeNetworks: fixed([entry]) },
    expect: [
      {
        subject: 'Node/worker-2',
        confidence: 'inferred',
        args: { to: 'worker-1', ip: '192.168.0.11', mac: '02:00:00:00:00:99', dev: 'eth0' },
        says: /written in as the hardware address of node worker-1/,
      },
    ],
  },
  {
    it: 'an entry for a node that is reached',
    given: { ...cut, nodeNetworks: fixed([{ ...entry, ip: '192.168.0.13' }]) },
    expect: 'ok',
  },
  {
    it: 'as an overlay writes them: for addresses that no node has',
    given: { ...cut, nodeNetworks: fixed([{ ip: '10.2.1.0', mac: entry.mac, dev: 'flannel.1' }]) },
    expect: 'ok',
  },
  {
    it: 'every way is open: it is the right one',
    given: { ...mesh(names, () => true), nodes: threeNodes, nodeNetworks: fixed([entry]) },
    expect: 'ok',
  },
  { it: 'its own address', given: { ...cut, nodeNetworks: fixed([{ ...entry, ip: '192.168.0.12' }]) }, expect: 'ok' },
  { it: 'no entries', given: { ...cut, nodeNetworks: fixed([]) }, expect: 'ok' },
  {
    it: 'an entry, and nothing was sent',
    given: { nodes: threeNodes, nodeNetworks: fixed([entry]) },
    expect: 'cannot-tell',
    says: /which ways between nodes are closed is not known/,
  },
  {
    it: 'two were not read',
    given: { ...cut, nodeNetworks: fixed([], null) },
    expect: 'cannot-tell',
    says: /worker-1/,
  },
  { it: 'an old recording', given: { ...cut, nodeNetworks: networks() }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({ ...cut, nodeNetworks: fixed([entry]) }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
  },
])
