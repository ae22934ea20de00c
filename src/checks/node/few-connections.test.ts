import { node, proxyConfig } from '../../../test/build/node.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './few-connections.ts'

const limited = (maxPerCore: number | null, min: number | null, cpus: number | null = 4) => ({
  nodes: [node('worker-1', { proxy: 'ready', cpus, proxyConfig: proxyConfig({ maxPerCore, min }) })],
})
const found = {
  subject: 'ConfigMap/kube-system/kube-proxy',
  severity: 'warning' as const,
  confidence: 'inferred' as const,
}

describeCheck(check, [
  {
    it: 'few a core, and no least number',
    given: limited(10, 0),
    expect: [{ ...found, args: { limit: 40, nodes: ['worker-1'] }, says: /room for 40 connections on worker-1/ }],
  },
  { it: 'just under what one node of a busy cluster needs', given: limited(1, 14_999), expect: [found] },
  { it: 'just as many', given: limited(1, 15_000), expect: 'ok' },
  { it: 'by its cores, just under', given: limited(3749, 0), expect: [found] },
  { it: 'by its cores, just as many', given: limited(3750, 0), expect: 'ok' },
  { it: 'few a core, and the usual least number', given: limited(10, null), expect: 'ok' },
  { it: 'a small least number, and the usual a core', given: limited(null, 10), expect: 'ok' },
  { it: "0 a core leaves the kernel's own", given: limited(0, 10), expect: 'ok' },
  { it: 'nothing is said', given: limited(null, null), expect: 'ok' },
  { it: 'how many cores it has is not known', given: limited(10, 0, null), expect: 'ok' },
  {
    it: 'the configuration may not be read',
    given: { nodes: [node('worker-1', { proxyConfig: unknown('forbidden', 'get configmaps in kube-system') })] },
    expect: 'cannot-tell',
    says: /get configmaps/,
  },
  { it: 'no kube-proxy', given: { nodes: [node('worker-1')] }, expect: 'not-applicable' },
])
