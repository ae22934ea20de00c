import { cutBetween, mesh } from '../../../test/build/mesh.ts'
import { mtuPath, networks } from '../../../test/build/node-network.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import check from './rule-leads-astray.ts'

type Ruled = NonNullable<NodeNetwork['ruled']>

const names = ['worker-1', 'worker-2', 'worker-3']
const none: Ruled = { rules: 'none', others: [] }
/** The tables of worker-1; the others have none. */
const tables = (others: Ruled['others'], far: Ruled | null = none) =>
  networks({
    'worker-1': { ruled: { rules: 'added', others } },
    'worker-2': { ruled: none },
    'worker-3': far === null ? {} : { ruled: far },
  })
const cut = mesh(names, cutBetween('worker-1', 'worker-3'))
const refuses = { table: '100', to: '10.2.3.0/24', refuses: true }
const leads = { ...refuses, refuses: false }

describeCheck(check, [
  {
    it: 'a table that refuses the pods of a closed way',
    given: { ...cut, nodeNetworks: tables([refuses]) },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        confidence: 'inferred',
        args: { table: '100', route: '10.2.3.0/24', refuses: true, to: ['worker-3'] },
        says: /has table 100 beside its main one, which refuses 10\.2\.3\.0\/24/,
      },
    ],
  },
  {
    it: 'a table that takes them: where it leads is not known',
    given: { ...cut, nodeNetworks: tables([leads]) },
    expect: [{ subject: 'Node/worker-1', confidence: 'possible', says: /takes 10\.2\.3\.0\/24/ }],
  },
  {
    it: 'no pod of the far node was asked: the address in its range that large packets went to stands for them',
    given: {
      ...mesh(names, cutBetween('worker-1', 'worker-3'), [8080, 9090], ['worker-1', 'worker-2']),
      nodeNetworks: { ...tables([refuses]), paths: [mtuPath('worker-1', 'worker-3', { ip: '10.2.3.1', small: 0 })] },
    },
    expect: [{ subject: 'Node/worker-1', confidence: 'inferred', args: { to: ['worker-3'], ip: '10.2.3.1' } }],
  },
  {
    it: 'it takes an open way as well: that is how this network is',
    given: { ...cut, nodeNetworks: tables([{ ...leads, to: '10.2.0.0/16' }]) },
    expect: 'ok',
  },
  {
    it: 'it refuses what nobody goes to',
    given: { ...cut, nodeNetworks: tables([{ ...refuses, to: '10.9.0.0/16' }]) },
    expect: 'ok',
  },
  {
    it: 'every way is open: whatever the table holds, nothing is lost by it',
    given: { ...mesh(names, () => true), nodeNetworks: tables([refuses]) },
    expect: 'ok',
  },
  {
    it: 'tables, and nothing was sent',
    given: { nodeNetworks: tables([refuses]) },
    expect: 'cannot-tell',
  },
  { it: 'one node was not read', given: { ...cut, nodeNetworks: tables([], null) }, expect: 'cannot-tell' },
  { it: 'no node was read', given: { ...cut, nodeNetworks: networks() }, expect: 'not-applicable' },
  {
    it: 'tables that could not be read whole',
    given: {
      ...cut,
      nodeNetworks: networks(Object.fromEntries(names.map((it) => [it, { ruled: { rules: 'unknown', others: [] } }]))),
    },
    expect: 'not-applicable',
  },
])
