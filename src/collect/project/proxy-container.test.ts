import { expect, test } from 'vitest'
import { pod } from '../../../test/build/pod.ts'
import { proxyContainer } from './proxy-container.ts'

test.each<[string, readonly string[], string | null]>([
  ["Contour's", ['shutdown-manager', 'envoy'], 'envoy'],
  ["Istio's", ['istio-proxy'], 'istio-proxy'],
  ['HAProxy Ingress with its syslog', ['haproxy-ingress', 'access-logs'], 'access-logs'],
  ['HAProxy Ingress beside its HAProxy', ['haproxy-ingress', 'haproxy'], 'haproxy'],
  ['HAProxy Technologies', ['kubernetes-ingress-controller'], 'kubernetes-ingress-controller'],
  ['Traefik', ['rke2-traefik'], 'rke2-traefik'],
  ['the controller of Contour', ['contour'], null],
])('%s', (_it, names, wanted) => {
  const [one] = pod('a').containers
  const containers = names.map((name) => ({ ...one, name }) as NonNullable<typeof one>)
  expect(proxyContainer({ containers })).toBe(wanted)
})
