import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectMonitor, projectMonitorReader } from './monitor.ts'

const object = (spec: object) => ({ metadata: { namespace: 'shop', name: 'cart', labels: { release: 'kps' } }, spec })
const selector = { matchLabels: { app: 'cart' } }
const read = (kind: 'ServiceMonitor' | 'PodMonitor' | 'Probe', spec: object) =>
  projectMonitor(kind, object(spec), createIntern())

test('whom a ServiceMonitor asks, and by which port', () => {
  const endpoints = [{ port: 'metrics', targetPort: 9 }, { targetPort: 'admin' }, { targetPort: 9090 }, { path: '/' }]
  expect(read('ServiceMonitor', { selector, endpoints })).toMatchObject({
    labels: { release: 'kps' },
    selector: { matchLabels: { app: 'cart' }, matchExpressions: [] },
    among: ['shop'],
    ports: [
      { of: 'service', port: 'metrics' },
      { of: 'container', port: 'admin' },
      { of: 'container', port: 9090 },
    ],
  })
  expect(read('ServiceMonitor', { selector, namespaceSelector: { any: true } })?.among).toBeNull()
  expect(read('ServiceMonitor', { selector, namespaceSelector: { matchNames: ['pay'] } })?.among).toEqual(['pay'])
  expect(read('ServiceMonitor', { endpoints })).toBeNull()
})

test('a PodMonitor, by what containers declare', () => {
  const podMetricsEndpoints = [{ port: 'prom' }, { portNumber: 9090 }, {}]
  expect(read('PodMonitor', { selector: {}, podMetricsEndpoints })?.ports).toEqual([
    { of: 'container', port: 'prom' },
    { of: 'container', port: 9090 },
  ])
})

test('of a Probe the hosts and the ports, and no more', () => {
  const targets = [
    'http://u:hunter2@orders.shop:80/healthz?token=x',
    'https://a.example.com',
    'pg.db:5432',
    '10.0.0.1',
    '',
  ]
  const probe = read('Probe', {
    prober: { url: 'blackbox-exporter.monitoring:9115' },
    targets: { staticConfig: { static: targets } },
  })
  expect(probe?.asks).toEqual([
    { as: 'prober', host: 'blackbox-exporter.monitoring', port: 9115 },
    { as: 'target', host: 'orders.shop', port: 80 },
    { as: 'target', host: 'a.example.com', port: 443 },
    { as: 'target', host: 'pg.db', port: 5432 },
  ])
  expect(JSON.stringify(probe)).not.toMatch(/hunter2|token/)
})

test('which monitors a Prometheus takes', () => {
  const reader = (spec: object) => projectMonitorReader('Prometheus', object(spec), createIntern())
  expect(reader({ serviceMonitorSelector: selector, podMonitorSelector: {} })?.takes).toMatchObject([
    { of: 'ServiceMonitor', selector: { matchLabels: { app: 'cart' } }, namespaces: null },
    { of: 'PodMonitor', selector: { matchLabels: {} } },
    { of: 'Probe', selector: null },
  ])
  expect(reader({ serviceMonitorNamespaceSelector: {} })?.takes).toEqual([])
  expect(reader({ scrapeConfigSelector: {} })?.takes).toHaveLength(3)
})
