import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './node-without-ztunnel.ts'

const carried = (name: string, node: string): Pod =>
  pod(name, { node, dnsHop: { by: "the node's ztunnel", sign: 'ambient.istio.io/redirection: enabled' } })
const ztunnel = (node: string, about: Partial<Pod> = {}): Pod =>
  pod(`ztunnel-${node}`, {
    namespace: 'istio-system',
    node,
    labels: { app: 'ztunnel' },
    owner: { kind: 'DaemonSet', name: 'ztunnel' },
    ...about,
  })
const given = (...pods: readonly Pod[]) => ({ pods })

describeCheck(check, [
  {
    it: 'none on the node',
    given: given(carried('web-1', 'a'), carried('web-2', 'b'), ztunnel('a')),
    expect: [
      {
        subject: 'Node/b',
        severity: 'error',
        confidence: 'inferred',
        args: { pods: ['shop/web-2'], onlyFor: ['shop', 'istio-system'] },
      },
    ],
  },
  {
    it: 'one that is not ready',
    given: given(carried('web-1', 'a'), ztunnel('a', { ready: false })),
    expect: [{ subject: 'Node/a', severity: 'warning', args: { ztunnel: 'ztunnel-a' } }],
  },
  {
    it: 'one that goes while the next is ready',
    given: given(carried('web-1', 'a'), ztunnel('a', { ready: false }), ztunnel('a')),
    expect: 'ok',
  },
  { it: 'one on each node', given: given(carried('web-1', 'a'), ztunnel('a'), ztunnel('b')), expect: 'ok' },
  {
    it: 'none where nobody is in the mesh',
    given: given(pod('web-1', { node: 'b' }), ztunnel('a')),
    expect: 'not-applicable',
  },
  {
    it: 'a pod that is over',
    given: given({ ...carried('web-1', 'b'), phase: 'Failed' }, ztunnel('a')),
    expect: 'not-applicable',
  },
  { it: 'none anywhere: it may bear another label', given: given(carried('web-1', 'a')), expect: 'cannot-tell' },
  {
    it: 'of one namespace',
    given: modelOf(given(carried('web-1', 'a')), {}, { namespace: 'shop' }),
    expect: 'cannot-tell',
    says: /-A/,
  },
  { it: 'pods forbidden', given: modelOf({}, { pods: unknown('forbidden', 'list pods') }), expect: 'cannot-tell' },
])
