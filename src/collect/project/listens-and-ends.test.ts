import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectPod } from './pod.ts'
import { projectService } from './service.ts'

const read = (spec: object, status: object = {}, more: object = {}, annotations = {}) => {
  const container = { name: 'app', image: 'app:1', ...spec }
  return projectPod(
    {
      metadata: { namespace: 'shop', name: 'web-1', annotations },
      spec: { containers: [container], ...more },
      status: { phase: 'Running', containerStatuses: [{ name: 'app', ...status }] },
    },
    createIntern(),
  )
}
const ended = (message: string) =>
  read({}, { lastState: { terminated: { exitCode: 1, reason: 'Error', message } } })?.containers[0]

test('where a container is told to listen, by its flags and its environment', () => {
  const pod = read({
    command: ['gunicorn'],
    args: ['--bind', '127.0.0.1:5000'],
    env: [{ name: 'PORT', value: '3000' }],
  })
  expect(pod?.containers[0]?.listens).toEqual([
    { by: '--bind', host: '127.0.0.1', port: 5000 },
    { by: 'PORT', host: null, port: 3000 },
  ])
  expect(read({ args: ['serve'] })?.containers[0]?.listens).toBeUndefined()
})

test('of what a container said at its end: a lookup, and a variable of a Service; nothing else of it', () => {
  expect(ended('dial tcp: lookup etcd on 192.168.10.1:53: no such host')?.endLookup).toEqual({
    name: 'etcd',
    server: '192.168.10.1:53',
    how: 'no such host',
  })
  expect(ended("could not parse 'tcp://10.96.31.44:80' AUTHELIA_PORT as uint16")?.endLink).toEqual({
    variable: 'AUTHELIA_PORT',
    ip: '10.96.31.44',
    port: 80,
  })
  const said = 'starting\nGet "https://10.96.0.1:443/api?token=hunter2": dial tcp 10.96.0.1:443: i/o timeout\nbye'
  expect(ended(said)?.endSaid).toEqual({ kind: 'timed-out', host: '10.96.0.1', port: 443 })
  expect(JSON.stringify(ended(said))).not.toContain('hunter2')
  const other = ended('password=hunter2 token tcp is closed')
  expect([other?.endLink, other?.endLookup]).toEqual([undefined, undefined])
  expect(JSON.stringify(other)).not.toContain('hunter2')
})

test('links of Services turned off, and the kind of nodes that EKS keeps a pod for', () => {
  const pod = read({}, {}, { enableServiceLinks: false }, { 'eks.amazonaws.com/compute-type': 'ec2' })
  expect([pod?.serviceLinks, pod?.computeType]).toEqual(['off', 'ec2'])
  const plain = read({}, {}, { enableServiceLinks: true }, { 'eks.amazonaws.com/compute-type': 'moon' })
  expect([plain?.serviceLinks, plain?.computeType]).toEqual([undefined, undefined])
})

test('the host that a probe names, and nothing that is no host', () => {
  const pod = read({
    readinessProbe: { httpGet: { host: 'LOCALHOST', port: 80 } },
    livenessProbe: { tcpSocket: { host: '::1', port: 80 } },
    startupProbe: { httpGet: { host: 'a b; rm', port: 80 } },
  })
  expect(pod?.containers[0]?.probeHosts).toEqual({ readiness: 'localhost', liveness: '::1' })
  expect(read({ readinessProbe: { httpGet: { port: 80 } } })?.containers[0]?.probeHosts).toBeUndefined()
})

test('what the API server refused to a program, as it said at its end, and nothing else of that', () => {
  const said =
    'token=hunter2 services is forbidden: User "system:serviceaccount:shop:default" cannot list resource "services" ' +
    'in API group "" in the namespace "shop"'
  expect(ended(said)?.endDenied).toEqual({
    account: { namespace: 'shop', name: 'default' },
    verb: 'list',
    resource: 'services',
    group: '',
    namespace: 'shop',
  })
  expect(JSON.stringify(ended(said))).not.toContain('hunter2')
})

test('where a server has its own pages, by its environment', () => {
  const env = [
    { name: 'SERVER_SERVLET_CONTEXT_PATH', value: '/api' },
    { name: 'MANAGEMENT_SERVER_PORT', value: '9090' },
  ]
  expect(read({ env })?.containers[0]?.pages).toEqual({
    base: { by: 'SERVER_SERVLET_CONTEXT_PATH', path: '/api' },
    port: { by: 'MANAGEMENT_SERVER_PORT', port: 9090 },
  })
  expect(read({})?.containers[0]?.pages).toBeUndefined()
})

test('whom an init container asks while it runs, and what keeps a pod that is deleted', () => {
  const waiting = (state: object) =>
    projectPod(
      {
        metadata: {
          namespace: 'shop',
          name: 'web-1',
          deletionTimestamp: '2026-11-30T05:00:00Z',
          finalizers: ['example.com/drain'],
        },
        spec: {
          containers: [{ name: 'app' }],
          initContainers: [{ name: 'wait', command: ['sh', '-c', 'until nc -z db 5432; do sleep 1; done'] }],
        },
        status: { phase: 'Pending', initContainerStatuses: [{ name: 'wait', state }] },
      },
      createIntern(),
      Date.parse('2026-11-30T08:00:00Z'),
    )
  const pod = waiting({ running: {} })
  expect(pod?.init?.waitsFor).toEqual([{ host: 'db', port: 5432 }])
  expect(pod?.held).toEqual({ finalizers: ['example.com/drain'], seconds: 10_800 })
  expect(waiting({ terminated: { exitCode: 1 } })?.init?.waitsFor).toBeUndefined()
})

test('why nobody gives a Service an address, as Cilium says it in a condition', () => {
  const balancer = (status: string) =>
    projectService(
      {
        metadata: { namespace: 'shop', name: 'web' },
        spec: { type: 'LoadBalancer' },
        status: { conditions: [{ type: 'cilium.io/IPAMRequestSatisfied', status, message: 'no enabled pools' }] },
      },
      createIntern(),
    )?.loadBalancer
  expect([balancer('False')?.refused, balancer('True')?.refused]).toEqual(['no enabled pools', undefined])
})

test('the port of a Service, also between quotation marks', () => {
  const ports = (port: unknown) =>
    projectService({ metadata: { namespace: 'shop', name: 'web' }, spec: { ports: [{ port }] } }, createIntern())?.ports
  expect(ports('8080')?.map((it) => [it.port, it.targetPort])).toEqual([[8080, 8080]])
  expect(ports(8080)?.map((it) => it.port)).toEqual([8080])
  expect([ports('http'), ports('80800'), ports(-0.5)]).toEqual([[], [], []])
})

test.each([
  ['exec /app/server: exec format error', 'exec-format'],
  ['OCI runtime create failed: runc: exec: "serve": executable file not found in $PATH: unknown', 'no-program'],
  ['failed to create containerd task: runc: exec: "/app/run.sh": permission denied: unknown', 'not-executable'],
  [
    'OCI runtime create failed: runc create failed: unable to start container process: chdir to cwd ("/srv") set in ' +
      'config.json failed: no such file or directory: unknown',
    'no-workdir',
  ],
  [
    'failed to create shim task: OCI runtime create failed: error mounting "/var/x" to rootfs at "/etc/a.conf": not a ' +
      'directory: Are you trying to mount a directory onto a file (or vice-versa)?',
    'no-mount',
  ],
  ['OCI runtime create failed: unable to find user app: no matching entries in passwd file', 'no-user'],
  ['OCI runtime create failed: container init was OOM-killed (memory limit too low?): unknown', 'little-memory'],
  ['open /etc/app.yaml: no such file or directory', undefined],
  ['connect: permission denied', undefined],
])('why a program never ran: %s', (said, expected) => {
  expect(ended(said)?.endStart).toBe(expected)
})

test('which program never ran, also where the kubelet waits with it', () => {
  const said = 'OCI runtime create failed: runc: exec: "npm start": executable file not found in $PATH: unknown'
  expect(ended(said)?.endProgram).toBe('npm start')
  expect(ended('exec: "npm": executable file not found in $PATH')?.endProgram).toBeUndefined()
})
