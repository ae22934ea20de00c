import { cluster, fullTables, tableFullOn, workers } from '../../../test/build/dns-faults.ts'
import { conntrackOf } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './conntrack-full.ts'

const max = 131_072

describeCheck(check, [
  {
    it: 'full, and new flows are refused',
    given: cluster({ network: tableFullOn('worker-2'), conntrack: fullTables('worker-2') }),
    expect: [
      {
        subject: 'Node/worker-2',
        confidence: 'observed',
        severity: 'error',
        args: { state: 'full', drop: 412, insertFailed: 0 },
      },
    ],
  },
  {
    it: 'full, and old entries make room in time',
    given: { conntrack: [conntrackOf('worker-1', { early_drop: 90 }, max)] },
    expect: [{ subject: 'Node/worker-1', severity: 'error', args: { of: 0 } }],
  },
  {
    it: 'nearly full, nothing refused yet',
    given: { conntrack: [conntrackOf('worker-1', {}, 0.95 * max)] },
    expect: [{ subject: 'Node/worker-1', severity: 'warning', args: { state: 'nearly', percent: '95 %' } }],
  },
  {
    it: 'nearly full, and clashes are no refusals',
    given: { conntrack: [conntrackOf('worker-1', { drop: 40, insert_failed: 40 }, 0.98 * max)] },
    expect: [{ subject: 'Node/worker-1', severity: 'warning' }],
  },

  {
    it: 'room, and hash chains that are too long',
    given: { conntrack: [conntrackOf('worker-1', { chaintoolong: 30, drop: 30 })] },
    expect: [{ subject: 'Node/worker-1', severity: 'error', args: { state: 'chains', chains: 30 } }],
  },
  {
    it: 'room, and no chain was too long',
    given: cluster({ conntrack: workers.map((it) => conntrackOf(it, { chaintoolong: 0 })) }),
    expect: 'ok',
  },

  {
    it: 'a node that does not show its table',
    given: { conntrack: [conntrackOf('worker-1', {}, null)] },
    expect: 'cannot-tell',
    says: /worker-1/,
  },
  {
    it: 'a node that was probed, and gave no counters',
    given: cluster({ network: tableFullOn('worker-2'), conntrack: [conntrackOf('worker-1'), conntrackOf('worker-3')] }),
    expect: 'cannot-tell',
    says: /worker-2 could not be read/,
  },
  { it: 'no counters', given: modelOf({}), expect: 'cannot-tell', says: /node-access/ },

  {
    it: 'drops with room left: another reason',
    given: cluster({ nodes: ['worker-1'], conntrack: [conntrackOf('worker-1', { drop: 40, insert_failed: 40 })] }),
    expect: 'ok',
  },
  {
    it: 'counters without a probe beside them: which nodes gave none is not known',
    given: { conntrack: [conntrackOf('worker-1')] },
    expect: 'cannot-tell',
    says: /which nodes/,
  },
  { it: 'room', given: cluster(), expect: 'ok' },
])
