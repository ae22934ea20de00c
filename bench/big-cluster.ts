import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { median, runOnce } from './measure.ts'
import { mib, ms, type Row } from './table.ts'

const pods = 100_000
const services = pods / 10
/** As for reading as many from a file. */
const goalBytes = 600 * 1024 * 1024

/** `diagnose -A` of the largest cluster, which a stand-in for an API server gives page by page: time and memory. */
export async function bigCluster(hopscope: string, times: number): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-bench-'))
  const server = http.createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'big',
      contexts: [{ name: 'big', context: { cluster: 'big' } }],
      clusters: [{ name: 'big', cluster: { server: `http://127.0.0.1:${port}` } }],
    }),
  )
  const env = { ...process.env, KUBECONFIG: kubeconfig, XDG_STATE_HOME: folder, NO_COLOR: '1' }
  try {
    const runs = []
    for (let round = 0; round < times; round++) {
      const run = await runOnce(process.execPath, [hopscope, 'diagnose', '-A', '--timeout', '30m'], env)
      if (run.code !== 0 && run.code !== 1) throw new Error(`diagnose ended with ${run.code}: ${run.stderr}`)
      runs.push(run)
    }
    const peak = Math.max(...runs.map((it) => it.peakBytes ?? 0))
    return [
      {
        what: `${pods} pods, ${services} Services: diagnose -A`,
        ours: `${ms(median(runs.map((it) => it.ms)))}, ${mib(peak)}`,
        rival: `${mib(page('pods', 0, pageSize).length * (pods / pageSize))} of JSON`,
        goal: `< ${mib(goalBytes)}`,
        met: peak < goalBytes,
      },
    ]
  } finally {
    server.close()
    server.closeAllConnections()
    await rm(folder, { recursive: true })
  }
}

const pageSize = 500

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
  const from = Number(searchParams.get('continue') ?? 0)
  const plural = pathname.replace(/.*\//, '')
  response.setHeader('content-type', 'application/json')
  if (pathname === '/version') response.end('{"gitVersion":"v1.33.1","platform":"linux/amd64"}')
  else response.end(page(pathname.includes('/namespaces/') ? 'none' : plural, from, pageSize))
}

const makers: Readonly<Record<string, readonly [number, (nth: number) => object]>> = {
  pods: [pods, pod],
  services: [services, service],
  endpointslices: [services, slice],
  namespaces: [services / 10, (nth) => ({ metadata: { name: `team-${nth}`, labels: { team: `t${nth}` } } })],
  nodes: [pods / 20, node],
}

function page(plural: string, from: number, size: number): string {
  const [count, make] = makers[plural] ?? [0, () => ({})]
  const to = Math.min(count, from + size)
  const items = Array.from({ length: to - from }, (_, nth) => make(from + nth))
  return JSON.stringify({
    kind: 'List',
    metadata: { resourceVersion: '1', ...(to < count ? { continue: String(to) } : {}) },
    items,
  })
}

const serviceOf = (nth: number): number => Math.floor(nth / 10)
const namespaceOf = (of: number): string => `team-${of % (services / 10)}`
const ipOf = (nth: number): string => `10.${128 + (nth >> 16)}.${(nth >> 8) & 255}.${nth & 255}`
const podName = (nth: number): string => `app-${serviceOf(nth)}-7d9c5b6f48-${nth.toString(36).padStart(5, 'x')}`

function pod(nth: number): object {
  const of = serviceOf(nth)
  const name = `app-${of}-7d9c5b6f48`
  return {
    metadata: {
      name: podName(nth),
      namespace: namespaceOf(of),
      uid: `0f5a1c5e-7c1d-4d43-9b44-${String(nth).padStart(12, '0')}`,
      labels: { app: `app-${of}`, 'pod-template-hash': '7d9c5b6f48', team: `t${of % 1000}` },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: `u-${of}`, controller: true }],
      managedFields: [{ manager: 'kubelet', fieldsV1: { 'f:status': { 'f:conditions': { '.': {} } } } }],
    },
    spec: {
      nodeName: `node-${nth % (pods / 20)}`,
      dnsPolicy: 'ClusterFirst',
      containers: ['app', 'proxy'].map((it) => ({
        name: it,
        image: `registry.example/${it}-${of}:1.4`,
        env: Array.from({ length: 6 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}` })),
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } },
        readinessProbe: { httpGet: { path: '/ready', port: 8080, scheme: 'HTTP' } },
      })),
    },
    status: {
      phase: 'Running',
      podIP: ipOf(nth),
      podIPs: [{ ip: ipOf(nth) }],
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({ type, status: 'True' })),
      containerStatuses: ['app', 'proxy'].map((it) => ({
        name: it,
        ready: true,
        restartCount: nth % 97 === 0 ? 1 : 0,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      })),
    },
  }
}

function service(of: number): object {
  return {
    metadata: { name: `app-${of}`, namespace: namespaceOf(of), labels: { app: `app-${of}` } },
    spec: {
      type: 'ClusterIP',
      clusterIP: `10.96.${of >> 8}.${of & 255}`,
      selector: { app: `app-${of}` },
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    },
  }
}

function slice(of: number): object {
  return {
    metadata: {
      name: `app-${of}-abcde`,
      namespace: namespaceOf(of),
      labels: { 'kubernetes.io/service-name': `app-${of}` },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: Array.from({ length: 10 }, (_, i) => {
      const nth = of * 10 + i
      return {
        addresses: [ipOf(nth)],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: `node-${nth % (pods / 20)}`,
        targetRef: { kind: 'Pod', name: podName(nth), namespace: namespaceOf(of) },
      }
    }),
  }
}

function node(nth: number): object {
  return {
    metadata: { name: `node-${nth}`, labels: { 'kubernetes.io/hostname': `node-${nth}`, 'kubernetes.io/os': 'linux' } },
    spec: {},
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { operatingSystem: 'linux', kernelVersion: '6.1.0' },
      addresses: [{ type: 'InternalIP', address: `172.16.${nth >> 8}.${nth & 255}` }],
    },
  }
}
