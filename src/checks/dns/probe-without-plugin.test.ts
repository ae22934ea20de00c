import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Container } from '../../model/pod.ts'
import { known, unknown } from '../../model/known.ts'
import check from './probe-without-plugin.ts'

const corefile = (...lines: readonly string[]): string =>
  `.:53 {\n  ${lines.join('\n  ')}\n  kubernetes cluster.local\n  forward . 10.0.0.2\n}\n`
const dns = (text: string, ready: boolean, about: Partial<Container> = {}): { readonly clusterDns: ClusterDns } => ({
  clusterDns: clusterDns({
    corefile: known(text),
    pods: ['coredns-1', 'coredns-2'].map((name) =>
      pod(name, {
        namespace: 'kube-system',
        ready,
        containers: [
          container({
            name: 'coredns',
            image: 'registry.k8s.io/coredns/coredns:v1.12.1',
            readinessProbe: 'http-get :8181/ready',
            livenessProbe: 'http-get :8080/health',
            ready,
            ...about,
          }),
        ],
      }),
    ),
  }),
})
const on = 'ConfigMap/kube-system/coredns'

describeCheck(check, [
  {
    it: 'no ready in the Corefile',
    given: dns(corefile('health'), false),
    expect: [
      {
        subject: on,
        severity: 'error',
        confidence: 'inferred',
        args: { kind: 'readiness', plugin: 'ready', ready: 0 },
      },
    ],
  },
  {
    it: 'no health: the kubelet ends it again and again',
    given: dns(corefile('ready'), false),
    expect: [{ subject: on, args: { kind: 'liveness', plugin: 'health' } }],
  },
  {
    it: 'on another port',
    given: dns(corefile('health', 'ready :8182'), false),
    expect: [{ subject: on, args: { port: 8181, has: 'has `ready :8182` (line 3)' } }],
  },
  {
    it: 'a port by its name',
    given: dns(corefile('health'), false, {
      readinessProbe: 'http-get :readiness/ready',
      ports: [{ name: 'readiness', port: 8181, protocol: 'TCP' }],
    }),
    expect: [{ subject: on, args: { port: 8181 } }],
  },
  {
    it: 'the servers are ready: they run an older text',
    given: dns(corefile('health'), true),
    expect: [{ subject: on, severity: 'warning', args: { well: true } }],
  },
  { it: 'both are there', given: dns(corefile('health', 'ready'), true), expect: 'ok' },
  {
    it: 'both on ports of their own',
    given: dns(corefile('health :9080', 'ready 0.0.0.0:9181'), true, {
      readinessProbe: 'http-get :9181/ready',
      livenessProbe: 'http-get :9080/health',
    }),
    expect: 'ok',
  },
  {
    it: 'the port comes from the environment',
    given: dns(corefile('health', 'ready {$READY}'), false),
    expect: 'ok',
  },
  {
    it: 'another page is somebody else’s',
    given: dns(corefile('errors'), false, { readinessProbe: 'http-get :8080/healthcheck', livenessProbe: 'exec' }),
    expect: 'not-applicable',
  },
  { it: 'an imported file may have it', given: dns(corefile('import x/*.override'), false), expect: 'not-applicable' },
  {
    it: 'kube-dns',
    given: dns(corefile('errors'), true, { image: 'registry.k8s.io/other/dns:1', name: 'x' }),
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile forbidden',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmap coredns') }) },
    expect: 'cannot-tell',
  },
])

test('whatever else stands in the Corefile: each page that is asked for and not served is told, and no other', () =>
  fc.assert(
    fc.property(
      fc.subarray(['errors', 'ready', 'health', 'reload', 'loop', 'prometheus :9153', 'cache 30', 'loadbalance']),
      (lines) => {
        const { results } = diagnose(modelOf(dns(corefile(...lines), false)), { checks: [check] })
        const missing = ['ready', 'health'].filter((it) => !lines.includes(it))
        expect(results[0]?.findings.map((it) => it.args.plugin)).toEqual(missing)
      },
    ),
  ))
