import { captured, doubtfulCaptures, sign } from '../../../test/build/captures.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './connections-reset.ts'

describeCheck(check, [
  {
    it: 'seen',
    given: { capture: captured({ signs: [sign('reset', { detail: 'by the server before any answer', port: 80 })] }) },
    expect: [{ subject: 'Capture/a.pcap', confidence: 'observed' }],
  },
  {
    it: 'one event at all points of a path',
    given: {
      capture: {
        points: ['client', 'client-node', 'server'].map((name, stage) => ({
          ...captured({}).points[0]!,
          name: `a.pcap:${name}`,
          comment: `in pod shop/web; stages ${stage}; hears all`,
          signs: [sign('reset', { detail: 'by the server before any answer', port: 80, count: stage === 1 ? 5 : 4 })],
        })),
        comparisons: [],
      },
    },
    expect: [{ subject: 'Capture/a.pcap:client-node', args: { count: 5 } }],
  },
  {
    it: 'points that are on no path are told each',
    given: {
      capture: {
        points: ['one', 'other'].map((name) => ({
          ...captured({}).points[0]!,
          name: `a.pcap:${name}`,
          signs: [sign('reset', { detail: 'by the server before any answer', port: 80 })],
        })),
        comparisons: [],
      },
    },
    expect: [{ subject: 'Capture/a.pcap:one' }, { subject: 'Capture/a.pcap:other' }],
  },
  { it: 'a capture with connections and without it', given: { capture: captured({}) }, expect: 'ok' },
  { it: 'nothing of the kind', given: { capture: captured({ tcp: {} }) }, expect: 'not-applicable' },
  ...doubtfulCaptures,
])
